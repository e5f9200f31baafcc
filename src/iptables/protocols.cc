#include "iptables/protocols.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace gatehouse::iptables {

namespace {

struct Row {
    std::uint8_t number;
    std::string_view name;
};

// The printed name comes first where a number has several.
constexpr Row rows[] = {
    {0, "all"},
    {1, "icmp"},
    {2, "igmp"},
    {3, "ggp"},
    {4, "ipencap"},
    {5, "st"},
    {6, "tcp"},
    {8, "egp"},
    {9, "igp"},
    {12, "pup"},
    {17, "udp"},
    {20, "hmp"},
    {22, "xns-idp"},
    {27, "rdp"},
    {29, "iso-tp4"},
    {33, "dccp"},
    {36, "xtp"},
    {37, "ddp"},
    {38, "idpr-cmtp"},
    {41, "ipv6"},
    {43, "ipv6-route"},
    {44, "ipv6-frag"},
    {45, "idrp"},
    {46, "rsvp"},
    {47, "gre"},
    {50, "esp"},
    {51, "ah"},
    {57, "skip"},
    {58, "ipv6-icmp"},
    {59, "ipv6-nonxt"},
    {60, "ipv6-opts"},
    {73, "rspf"},
    {81, "vmtp"},
    {88, "eigrp"},
    {89, "ospf"},
    {93, "ax.25"},
    {94, "ipip"},
    {97, "etherip"},
    {98, "encap"},
    {103, "pim"},
    {108, "ipcomp"},
    {112, "vrrp"},
    {115, "l2tp"},
    {124, "isis"},
    {132, "sctp"},
    {133, "fc"},
    {135, "mobility-header"},
    {136, "udplite"},
    {137, "mpls-in-ip"},
    {138, "manet"},
    {139, "hip"},
    {140, "shim6"},
    {141, "wesp"},
    {142, "rohc"},
    {143, "ethernet"},
    // Names that are read but not printed.
    {0, "ip"},
    {0, "hopopt"},
    {58, "icmpv6"},
    {135, "ipv6-mh"},
    {135, "mh"},
};

constexpr auto names = [] {
    std::array<std::string_view, std::size(rows)> all{};
    std::ranges::transform(rows, all.begin(), &Row::name);
    return all;
}();

}  // namespace

std::optional<std::uint8_t> parse_protocol(std::string_view text) {
    if (const auto number = parse_number(text, 255)) return static_cast<std::uint8_t>(*number);
    std::string lower(text);
    for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    const auto* found = std::ranges::find(rows, std::string_view(lower), &Row::name);
    return found == std::end(rows) ? std::nullopt : std::optional(found->number);
}

std::string protocol_text(std::uint8_t number) {
    const auto* found = std::ranges::find(rows, number, &Row::number);
    return found == std::end(rows) ? std::to_string(number) : std::string(found->name);
}

std::span<const std::string_view> protocol_names() { return names; }

std::string_view match_of_protocol(std::uint8_t number) {
    if (number == 58) return "icmp6";
    if (number == 135) return "mh";
    const auto* found = std::ranges::find(rows, number, &Row::number);
    return found == std::end(rows) ? std::string_view() : found->name;
}

}  // namespace gatehouse::iptables

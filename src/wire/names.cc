#include "wire/names.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace gatehouse::wire {

namespace {

constexpr std::string_view names[] = {"tcp",  "udp", "udplite", "icmp", "icmpv6",
                                      "sctp", "esp", "ah",      "gre",  "ip"};
constexpr std::uint8_t numbers[] = {
    protocol::tcp,  protocol::udp, protocol::udplite, protocol::icmp, protocol::icmpv6,
    protocol::sctp, protocol::esp, protocol::ah,      protocol::gre,  0};
static_assert(std::size(names) == std::size(numbers));

struct Type {
    std::string_view name;
    std::uint8_t number;
    bool v4;
};
constexpr Type types[] = {
    {"echo-reply", icmp::echo_reply, true},
    {"unreachable", icmp::unreachable, true},
    {"redirect", icmp::redirect, true},
    {"echo-request", icmp::echo_request, true},
    {"time-exceeded", icmp::time_exceeded, true},
    {"parameter-problem", icmp::parameter_problem, true},
    {"timestamp-request", icmp::timestamp_request, true},
    {"timestamp-reply", icmp::timestamp_reply, true},
    {"unreachable", icmpv6::unreachable, false},
    {"packet-too-big", icmpv6::packet_too_big, false},
    {"time-exceeded", icmpv6::time_exceeded, false},
    {"parameter-problem", icmpv6::parameter_problem, false},
    {"echo-request", icmpv6::echo_request, false},
    {"echo-reply", icmpv6::echo_reply, false},
    {"router-solicitation", icmpv6::router_solicitation, false},
    {"neighbour-solicitation", icmpv6::neighbour_solicitation, false},
    {"neighbour-advertisement", icmpv6::neighbour_advertisement, false},
};

constexpr std::string_view letters_in_order = "FSRP.UEW";

}  // namespace

std::optional<std::uint8_t> protocol_number(std::string_view name) {
    const auto* const at = std::ranges::find(names, name);
    if (at == std::end(names)) return {};
    return numbers[at - std::begin(names)];
}

std::string_view protocol_name(std::uint8_t number) {
    const auto* const at = std::ranges::find(numbers, number);
    return at == std::end(numbers) ? "ip" : names[at - std::begin(numbers)];
}

std::span<const std::string_view> protocol_names() { return names; }

std::optional<std::uint8_t> icmp_type_number(std::string_view name, bool v4) {
    for (const auto& type : types) {
        if (type.v4 == v4 && type.name == name) return type.number;
    }
    const auto number = parse_number(name, 255);
    if (!number) return {};
    return static_cast<std::uint8_t>(*number);
}

std::string_view icmp_type_name(std::uint8_t number, bool v4) {
    for (const auto& type : types) {
        if (type.v4 == v4 && type.number == number) return type.name;
    }
    return {};
}

std::optional<std::uint8_t> tcp_flags(std::string_view letters) {
    if (letters == "0") return std::uint8_t{0};
    std::uint8_t flags = 0;
    for (const char c : letters) {
        const auto bit = letters_in_order.find(c == 'A' ? '.' : c);
        if (bit == std::string_view::npos) return {};
        flags = static_cast<std::uint8_t>(flags | 1u << bit);
    }
    return flags;
}

std::string flags_text(std::uint8_t flags) {
    std::string text;
    for (std::size_t bit = 0; bit < letters_in_order.size(); ++bit) {
        if ((flags >> bit & 1) != 0) text += letters_in_order[bit];
    }
    return text.empty() ? "0" : text;
}

}  // namespace gatehouse::wire

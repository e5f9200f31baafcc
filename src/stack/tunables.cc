#include "stack/tunables.h"

#include <array>
#include <fmt/format.h>
#include <string>
#include <vector>

#include "base/text.h"

namespace gatehouse {

namespace {

using Setter = void (*)(Tunables&, std::uint64_t);

struct Row {
    std::string_view name;
    std::uint64_t max;
    Setter set;
};

constexpr Row rows[] = {
    {"net.ipv4.ip_default_ttl", 255,
     [](Tunables& t, std::uint64_t v) { t.ip_default_ttl = static_cast<std::uint8_t>(v); }},
    {"net.ipv6.conf.all.hop_limit", 255,
     [](Tunables& t, std::uint64_t v) { t.hop_limit = static_cast<std::uint8_t>(v); }},
    {"net.ipv4.icmp_ratelimit", 0x7fffffff,
     [](Tunables& t, std::uint64_t v) { t.icmp_ratelimit_ms = static_cast<std::int64_t>(v); }},
    {"net.ipv4.icmp_ratemask", 0xffffffff,
     [](Tunables& t, std::uint64_t v) { t.icmp_ratemask = static_cast<std::uint32_t>(v); }},
    {"net.ipv4.icmp_msgs_per_sec", 0x7fffffff,
     [](Tunables& t, std::uint64_t v) { t.icmp_msgs_per_sec = static_cast<std::uint32_t>(v); }},
    {"net.ipv4.icmp_msgs_burst", 0x7fffffff,
     [](Tunables& t, std::uint64_t v) { t.icmp_msgs_burst = static_cast<std::uint32_t>(v); }},
    {"net.ipv6.icmp.ratelimit", 0x7fffffff,
     [](Tunables& t, std::uint64_t v) { t.icmp6_ratelimit_ms = static_cast<std::int64_t>(v); }},
    {"net.ipv4.icmp_echo_ignore_all", 1,
     [](Tunables& t, std::uint64_t v) { t.icmp_echo_ignore_all = v != 0; }},
    {"net.ipv4.icmp_echo_ignore_broadcasts", 1,
     [](Tunables& t, std::uint64_t v) { t.icmp_echo_ignore_broadcasts = v != 0; }},
    {"net.ipv4.icmp_errors_use_inbound_ifaddr", 1,
     [](Tunables& t, std::uint64_t v) { t.icmp_errors_use_inbound_ifaddr = v != 0; }},
};

}  // namespace

Result<void> Tunables::set(std::string_view name, std::string_view value) {
    std::string dotted(name);
    for (char& c : dotted) {
        if (c == '/') c = '.';
    }
    for (const auto& row : rows) {
        if (row.name != dotted) continue;
        const auto number = parse_number(value, row.max);
        if (!number)
            return fail(fmt::format("`{}`: expected a number from 0 to {}, got `{}`", name, row.max, value));
        row.set(*this, *number);
        return {};
    }
    return fail(fmt::format("there is no tunable `{}` here", name), did_you_mean(dotted, names()));
}

std::vector<std::string_view> Tunables::names() {
    std::vector<std::string_view> all;
    for (const auto& row : rows) all.push_back(row.name);
    return all;
}

}  // namespace gatehouse

#include "stack/tunables.h"

#include <array>
#include <fmt/format.h>
#include <string>
#include <vector>

#include "base/text.h"

namespace gatehouse {

namespace {

using Setter = void (*)(Tunables&, std::uint64_t);

struct Range {
    std::uint64_t min, max;
};

struct Row {
    std::string_view name;
    std::uint64_t max;
    Setter set;
    Range (*range)(const Tunables&) = nullptr;  // in place of 0 to max, where another value sets bounds
};

constexpr std::uint64_t most_bytes = 0x7fffffff;

// The three rows of one kind of fragments.
template <FragmentTunables Tunables::* which>
constexpr std::array<Row, 3> fragment_rows(std::string_view time, std::string_view high,
                                           std::string_view low) {
    return {{
        {time, 86'400 * 24,
         [](Tunables& t, std::uint64_t v) { (t.*which).time_s = static_cast<std::int64_t>(v); }},
        {high, most_bytes, [](Tunables& t, std::uint64_t v) { (t.*which).high_thresh = v; },
         [](const Tunables& t) { return Range{(t.*which).low_thresh, most_bytes}; }},
        {low, most_bytes, [](Tunables& t, std::uint64_t v) { (t.*which).low_thresh = v; },
         [](const Tunables& t) { return Range{0, (t.*which).high_thresh}; }},
    }};
}

constexpr auto fragments4 = fragment_rows<&Tunables::fragments4>(
    "net.ipv4.ipfrag_time", "net.ipv4.ipfrag_high_thresh", "net.ipv4.ipfrag_low_thresh");
constexpr auto fragments6 = fragment_rows<&Tunables::fragments6>(
    "net.ipv6.ip6frag_time", "net.ipv6.ip6frag_high_thresh", "net.ipv6.ip6frag_low_thresh");
constexpr auto tracked_fragments6 = fragment_rows<&Tunables::tracked_fragments6>(
    "net.netfilter.nf_conntrack_frag6_timeout", "net.netfilter.nf_conntrack_frag6_high_thresh",
    "net.netfilter.nf_conntrack_frag6_low_thresh");

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
    {"net.ipv4.ipfrag_max_dist", 0x7fffffff,
     [](Tunables& t, std::uint64_t v) { t.ipfrag_max_dist = static_cast<std::uint32_t>(v); }},
    fragments4[0],
    fragments4[1],
    fragments4[2],
    fragments6[0],
    fragments6[1],
    fragments6[2],
    tracked_fragments6[0],
    tracked_fragments6[1],
    tracked_fragments6[2],
};

}  // namespace

Result<void> Tunables::set(std::string_view name, std::string_view value) {
    std::string dotted(name);
    for (char& c : dotted) {
        if (c == '/') c = '.';
    }
    for (const auto& row : rows) {
        if (row.name != dotted) continue;
        const Range range = row.range == nullptr ? Range{0, row.max} : row.range(*this);
        const auto number = parse_number(value, range.max);
        if (!number || *number < range.min)
            return fail(fmt::format("`{}`: expected a number from {} to {}, got `{}`", name, range.min,
                                    range.max, value));
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

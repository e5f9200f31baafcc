// What an engine can be told about its stack, under Linux's sysctl names and with Linux's defaults.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/time.h"

namespace gatehouse {

// How long fragments wait, and how much memory they may take.
struct FragmentTunables {
    std::int64_t time_s = 30;
    std::uint64_t high_thresh = 4u << 20;
    // Held between 0 and high_thresh, and otherwise without meaning, as it is in Linux since 4.17.
    std::uint64_t low_thresh = 3u << 20;
};

struct Tunables {
    std::uint8_t ip_default_ttl = 64;             // net.ipv4.ip_default_ttl
    std::uint8_t hop_limit = 64;                  // net.ipv6.conf.all.hop_limit
    std::int64_t icmp_ratelimit_ms = 1000;        // net.ipv4.icmp_ratelimit; 0: no limit
    std::uint32_t icmp_ratemask = 0x1818;         // net.ipv4.icmp_ratemask, by ICMP type
    std::uint32_t icmp_msgs_per_sec = 1000;       // net.ipv4.icmp_msgs_per_sec, over all destinations
    std::uint32_t icmp_msgs_burst = 50;           // net.ipv4.icmp_msgs_burst
    std::int64_t icmp6_ratelimit_ms = 1000;       // net.ipv6.icmp.ratelimit
    bool icmp_echo_ignore_all = false;            // net.ipv4.icmp_echo_ignore_all
    bool icmp_echo_ignore_broadcasts = true;      // net.ipv4.icmp_echo_ignore_broadcasts
    bool icmp_errors_use_inbound_ifaddr = false;  // net.ipv4.icmp_errors_use_inbound_ifaddr

    FragmentTunables fragments4{};                      // net.ipv4.ipfrag_*
    FragmentTunables fragments6{.time_s = 60};          // net.ipv6.ip6frag_*
    FragmentTunables tracked_fragments6{.time_s = 60};  // net.netfilter.nf_conntrack_frag6_*
    std::uint32_t ipfrag_max_dist = 64;                 // net.ipv4.ipfrag_max_dist; 0: no limit

    // Sets one by its sysctl name, dots or slashes. An error names what is known.
    Result<void> set(std::string_view name, std::string_view value);
    static std::vector<std::string_view> names();
};

}  // namespace gatehouse

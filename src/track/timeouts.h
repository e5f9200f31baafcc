// How long a connection may be silent, by protocol and state; and the named policies that say so.
//
// A policy is immutable once made and shared; the one named "default" serves connections that CT --timeout
// gave no other. Values are Linux's.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace gatehouse::track {

// Every timeout there is. The comment is the last part of its sysctl, net.netfilter.nf_conntrack_*.
enum class Timeout : std::uint8_t {
    generic,                 // generic_timeout
    icmp,                    // icmp_timeout
    icmpv6,                  // icmpv6_timeout
    udp,                     // udp_timeout
    udp_stream,              // udp_timeout_stream
    tcp_syn_sent,            // tcp_timeout_syn_sent
    tcp_syn_recv,            // tcp_timeout_syn_recv
    tcp_established,         // tcp_timeout_established
    tcp_fin_wait,            // tcp_timeout_fin_wait
    tcp_close_wait,          // tcp_timeout_close_wait
    tcp_last_ack,            // tcp_timeout_last_ack
    tcp_time_wait,           // tcp_timeout_time_wait
    tcp_close,               // tcp_timeout_close
    tcp_syn_sent2,           // no sysctl; in policies as syn_sent2
    tcp_retrans,             // tcp_timeout_max_retrans
    tcp_unacked,             // tcp_timeout_unacknowledged
    sctp_closed,             // sctp_timeout_closed
    sctp_cookie_wait,        // sctp_timeout_cookie_wait
    sctp_cookie_echoed,      // sctp_timeout_cookie_echoed
    sctp_established,        // sctp_timeout_established
    sctp_shutdown_sent,      // sctp_timeout_shutdown_sent
    sctp_shutdown_received,  // sctp_timeout_shutdown_recd
    sctp_shutdown_ack_sent,  // sctp_timeout_shutdown_ack_sent
    sctp_heartbeat_sent,     // sctp_timeout_heartbeat_sent
    gre,                     // gre_timeout
    gre_stream,              // gre_timeout_stream
    count,
};

// The sysctl's last part, as in the comments above; empty for tcp_syn_sent2, which has none.
std::string_view name(Timeout which);
std::optional<Timeout> find_timeout(std::string_view name);

// Its name in policies: the protocol, and what nfct(8) calls it ("tcp.established", "udp.replied").
std::string_view policy_name(Timeout which);
std::optional<Timeout> find_policy_timeout(std::string_view name);

struct TimeoutPolicy {
    std::string name = "default";
    std::array<std::uint32_t, static_cast<std::size_t>(Timeout::count)> seconds;

    // Linux's defaults.
    TimeoutPolicy();
    Nanoseconds operator[](Timeout which) const {
        return static_cast<Nanoseconds>(seconds[static_cast<std::size_t>(which)]) * second;
    }
};

// The policy named "nat64", of connections between the families, unless somebody changes it (RFC 6146,
// section 4).
inline constexpr std::string_view nat64_policy = "nat64";
TimeoutPolicy nat64_timeouts();

}  // namespace gatehouse::track

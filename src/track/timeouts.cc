#include "track/timeouts.h"

#include <algorithm>
#include <initializer_list>

namespace gatehouse::track {

namespace {

struct Row {
    Timeout which;
    std::string_view name;
    std::string_view in_policies;
    std::uint32_t seconds;
};

constexpr std::uint32_t minutes = 60, days = 86400;

constexpr Row rows[] = {
    {Timeout::generic, "generic_timeout", "generic.timeout", 10 * minutes},
    {Timeout::icmp, "icmp_timeout", "icmp.timeout", 30},
    {Timeout::icmpv6, "icmpv6_timeout", "icmpv6.timeout", 30},
    {Timeout::udp, "udp_timeout", "udp.unreplied", 30},
    {Timeout::udp_stream, "udp_timeout_stream", "udp.replied", 2 * minutes},
    {Timeout::tcp_syn_sent, "tcp_timeout_syn_sent", "tcp.syn_sent", 2 * minutes},
    {Timeout::tcp_syn_recv, "tcp_timeout_syn_recv", "tcp.syn_recv", 60},
    {Timeout::tcp_established, "tcp_timeout_established", "tcp.established", 5 * days},
    {Timeout::tcp_fin_wait, "tcp_timeout_fin_wait", "tcp.fin_wait", 2 * minutes},
    {Timeout::tcp_close_wait, "tcp_timeout_close_wait", "tcp.close_wait", 60},
    {Timeout::tcp_last_ack, "tcp_timeout_last_ack", "tcp.last_ack", 30},
    {Timeout::tcp_time_wait, "tcp_timeout_time_wait", "tcp.time_wait", 2 * minutes},
    {Timeout::tcp_close, "tcp_timeout_close", "tcp.close", 10},
    {Timeout::tcp_syn_sent2, "", "tcp.syn_sent2", 2 * minutes},
    {Timeout::tcp_retrans, "tcp_timeout_max_retrans", "tcp.retrans", 5 * minutes},
    {Timeout::tcp_unacked, "tcp_timeout_unacknowledged", "tcp.unacknowledged", 5 * minutes},
    {Timeout::sctp_closed, "sctp_timeout_closed", "sctp.closed", 10},
    {Timeout::sctp_cookie_wait, "sctp_timeout_cookie_wait", "sctp.cookie_wait", 3},
    {Timeout::sctp_cookie_echoed, "sctp_timeout_cookie_echoed", "sctp.cookie_echoed", 3},
    {Timeout::sctp_established, "sctp_timeout_established", "sctp.established", 210},
    {Timeout::sctp_shutdown_sent, "sctp_timeout_shutdown_sent", "sctp.shutdown_sent", 3},
    {Timeout::sctp_shutdown_received, "sctp_timeout_shutdown_recd", "sctp.shutdown_recd", 3},
    {Timeout::sctp_shutdown_ack_sent, "sctp_timeout_shutdown_ack_sent", "sctp.shutdown_ack_sent", 3},
    {Timeout::sctp_heartbeat_sent, "sctp_timeout_heartbeat_sent", "sctp.heartbeat_sent", 30},
    {Timeout::gre, "gre_timeout", "gre.unreplied", 30},
    {Timeout::gre_stream, "gre_timeout_stream", "gre.replied", 3 * minutes},
};
static_assert(std::size(rows) == static_cast<std::size_t>(Timeout::count));
static_assert(std::ranges::is_sorted(rows, {}, &Row::which));

}  // namespace

std::string_view name(Timeout which) { return rows[static_cast<std::size_t>(which)].name; }

std::optional<Timeout> find_timeout(std::string_view name) {
    for (const Row& row : rows) {
        if (!row.name.empty() && row.name == name) return row.which;
    }
    return {};
}

std::string_view policy_name(Timeout which) { return rows[static_cast<std::size_t>(which)].in_policies; }

std::optional<Timeout> find_policy_timeout(std::string_view name) {
    const auto* const found = std::ranges::find(rows, name, &Row::in_policies);
    return found == std::end(rows) ? std::nullopt : std::optional(found->which);
}

TimeoutPolicy::TimeoutPolicy() {
    for (std::size_t i = 0; i < seconds.size(); ++i) seconds[i] = rows[i].seconds;
}

TimeoutPolicy nat64_timeouts() {
    constexpr std::uint32_t established = 2 * 3600 + 4 * minutes, transitory = 4 * minutes;
    TimeoutPolicy policy;
    policy.name = nat64_policy;
    const auto set = [&](std::uint32_t seconds, std::initializer_list<Timeout> all) {
        for (const Timeout one : all) policy.seconds[static_cast<std::size_t>(one)] = seconds;
    };
    using enum Timeout;
    set(5 * minutes, {udp, udp_stream});
    set(60, {icmp, icmpv6});
    // While one side alone has sent its FIN, it counts as established (3.5.2.2).
    set(established, {tcp_established, tcp_fin_wait, tcp_close_wait, tcp_retrans, tcp_unacked});
    set(transitory, {tcp_syn_sent, tcp_syn_sent2, tcp_syn_recv, tcp_last_ack, tcp_time_wait, tcp_close});
    return policy;
}

}  // namespace gatehouse::track

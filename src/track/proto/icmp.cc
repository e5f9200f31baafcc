#include "track/proto/icmp.h"

#include "packet/edit.h"
#include "packet/reason.h"
#include "wire/protocol.h"

namespace gatehouse::track::icmp {

namespace {

struct Pair {
    std::uint8_t query, answer;
};
constexpr Pair pairs4[] = {
    {wire::icmp::echo_request, wire::icmp::echo_reply},
    {wire::icmp::timestamp_request, wire::icmp::timestamp_reply},
    {wire::icmp::information_request, wire::icmp::information_reply},
    {wire::icmp::address_mask_request, wire::icmp::address_mask_reply},
};
constexpr std::uint8_t node_query = 139, node_response = 140;  // RFC 4620
constexpr Pair pairs6[] = {
    {wire::icmpv6::echo_request, wire::icmpv6::echo_reply},
    {node_query, node_response},
};

std::span<const Pair> pairs_of(std::uint8_t protocol) {
    if (protocol == wire::protocol::icmp) return pairs4;
    return pairs6;
}

}  // namespace

std::optional<std::uint8_t> counterpart(std::uint8_t type, std::uint8_t protocol) {
    for (const auto& [query, answer] : pairs_of(protocol)) {
        if (type == query) return answer;
        if (type == answer) return query;
    }
    return {};
}

bool opens(std::uint8_t type, std::uint8_t protocol) {
    for (const auto& pair : pairs_of(protocol)) {
        if (type == pair.query) return true;
    }
    return false;
}

bool is_never_tracked(std::uint8_t type) {
    constexpr std::uint8_t listener_query = 130, listener_done = 132, listener_report2 = 143;
    constexpr std::uint8_t router_solicitation = 133, neighbour_advertisement = 136;
    constexpr std::uint8_t multicast_router_advertisement = 151, multicast_router_solicitation = 152;
    return (type >= listener_query && type <= listener_done) ||
           (type >= router_solicitation && type <= neighbour_advertisement) || type == listener_report2 ||
           type == multicast_router_advertisement || type == multicast_router_solicitation;
}

Finding unfit(const Packet& packet, bool verify_checksum) {
    constexpr std::uint32_t header = 8;
    constexpr std::uint8_t last_known = 18;  // Linux's NR_ICMP_TYPES
    const Bytes message = packet.transport();
    if (message.size() < header) {
        return {.reason = Reason::l4_truncated,
                .numbers = {packet.flat.protocol, static_cast<std::uint32_t>(message.size()), header}};
    }
    if (verify_checksum && !edit::transport_sums_up(packet))
        return {.reason = Reason::l4_bad_checksum, .numbers = {packet.flat.protocol}};
    if (packet.flat.protocol == wire::protocol::icmp && message[0] > last_known)
        return {.reason = Reason::track_icmp_type, .numbers = {message[0]}};
    return {};
}

Judgement update(const Question& question) {
    const std::uint8_t type = question.packet.transport()[0];
    const std::uint8_t protocol = question.packet.flat.protocol;
    // ICMP inside IPv6, and the other way round, is nobody's protocol.
    const bool misplaced = is_v4(question.packet.flat.family) != (protocol == wire::protocol::icmp);
    if (misplaced || (question.opens && !opens(type, protocol)))
        return invalid({.reason = Reason::track_icmp_unasked, .numbers = {type}});
    const bool v4 = protocol == wire::protocol::icmp;
    return {.lifetime = question.timeouts[v4 ? Timeout::icmp : Timeout::icmpv6]};
}

}  // namespace gatehouse::track::icmp

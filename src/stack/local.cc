#include "stack/local.h"

#include <algorithm>
#include <array>
#include <utility>

#include "hook/emit.h"
#include "hook/icmp_error.h"
#include "packet/edit.h"
#include "packet/parse.h"
#include "packet/reason.h"
#include "packet/transport_sum.h"
#include "route/router.h"
#include "stack/forward.h"
#include "stack/neighbour_discovery.h"
#include "stack/reset.h"
#include "wire/protocol.h"

namespace gatehouse::stack {

namespace {

namespace protocol = wire::protocol;

constexpr std::uint32_t header4 = 20, header6 = 40;

Finding consumed() { return {.reason = Reason::local_consumed}; }
Finding ignored() { return {.reason = Reason::ignored_by_stack}; }
Finding bad_checksum(const Packet& packet) {
    return {.reason = Reason::l4_bad_checksum, .numbers = {packet.flat.protocol}};
}

// However its frame was addressed.
bool to_one_host(const Context& context) {
    const Packet& packet = context.packet;
    const Address& to = packet.flat.destination;
    if (!is_v4(packet.flat.family)) return !route::is_multicast6(to);
    // A network's broadcast address can come in a frame to this station alone.
    const route::Router* const router = context.services.router;
    if (router != nullptr && router->address_type(to, Family::ipv4) == route::RouteType::broadcast)
        return false;
    return !route::is_multicast4(to) && !route::is_limited_broadcast(to);
}

// A network packet back to the sender: `transport` behind a fresh header, with its type changed to `type`.
Finding answer_with(Context& context, std::uint8_t hop_limit, std::uint8_t type, Bytes transport) {
    const Packet& request = context.packet;
    const bool v4 = is_v4(request.flat.family);
    const auto echo = ip_options::echo(request, context.options);
    if (!echo) return ignored();
    const std::uint32_t header = v4 ? header4 + echo->size : header6;
    const std::uint32_t length = header + static_cast<std::uint32_t>(transport.size());
    Packet* const reply = context.services.emitter->make(length);
    if (reply == nullptr) return {.reason = Reason::no_buffer};
    std::uint8_t* const ip = reply->data;
    // A group's or a broadcast address can't be a source: then the engine chooses by the route.
    const Address source = to_one_host(context) ? request.flat.destination : Address{};
    if (v4) {
        ip_options::put(*echo, ip);
        ip[1] = request.flat.tos;
        store_be16(ip + 2, static_cast<std::uint16_t>(length));
        store_be16(ip + 4, static_cast<std::uint16_t>(context.services.random->next32()));
        ip[8] = hop_limit;
        ip[9] = request.flat.protocol;
        source.store(ip + 12, Family::ipv4);
        request.flat.source.store(ip + 16, Family::ipv4);
    } else {
        store_be32(ip, 0x60000000u | static_cast<std::uint32_t>(request.flat.tos) << 20);
        store_be16(ip + 4, static_cast<std::uint16_t>(transport.size()));
        ip[6] = request.flat.protocol;
        ip[7] = hop_limit;
        source.store(ip + 8, Family::ipv6);
        request.flat.source.store(ip + 24, Family::ipv6);
    }
    std::ranges::copy(transport, ip + header);
    ip[header] = type;
    if (v4) edit::renew_network_checksum(*reply);
    context.trace({.kind = TraceKind::generated,
                   .text = v4 && type == wire::icmp::timestamp_reply ? "timestamp reply" : "echo reply"});
    // Linux routes an ICMPv6 echo's reply by the interface that the request came in by, whatever its
    // addresses.
    context.services.emitter->emit(reply, request,
                                   {.over = v4 ? InterfaceId::none : context.in, .options = echo->options});
    return consumed();
}

// A timestamp request (RFC 792, page 16): when it came, which is when it is answered.
Finding answer_timestamp(Context& context, const Tunables& tunables) {
    constexpr std::size_t receive = 12, transmit = 16, whole = 20;
    const Bytes request = context.packet.transport();
    if (request.size() < receive) return ignored();
    std::array<std::uint8_t, whole> reply{};
    std::ranges::copy(request.first(receive), reply.begin());
    reply[1] = 0;  // whatever code the request had
    const std::uint32_t now = ip_options::timestamp(context.services.now);
    store_be32(&reply[receive], now);
    store_be32(&reply[transmit], now);
    return answer_with(context, tunables.ip_default_ttl, wire::icmp::timestamp_reply, reply);
}

Finding answer_icmp4(Context& context, const Tunables& tunables) {
    const Packet& packet = context.packet;
    if (packet.flat.transport != Transport::whole) return ignored();
    if (!edit::transport_checksum_ok(packet)) return bad_checksum(packet);
    const bool echo = packet.flat.sport == wire::icmp::echo_request;
    if (!echo && packet.flat.sport != wire::icmp::timestamp_request) return ignored();
    if (echo && tunables.icmp_echo_ignore_all) return ignored();
    if (tunables.icmp_echo_ignore_broadcasts && !to_one_host(context)) return ignored();
    if (!echo) return answer_timestamp(context, tunables);
    return answer_with(context, tunables.ip_default_ttl, wire::icmp::echo_reply, packet.transport());
}

Finding answer_icmp6(Context& context, const Tunables& tunables) {
    const Packet& packet = context.packet;
    if (packet.flat.transport != Transport::whole) return ignored();
    if (!edit::transport_checksum_ok(packet)) return bad_checksum(packet);
    switch (packet.flat.sport) {
        case wire::icmpv6::neighbour_solicitation:
            return answer_solicitation(context) ? consumed() : ignored();
        case wire::icmpv6::echo_request: break;
        default: return ignored();
    }
    return answer_with(context, tunables.hop_limit, wire::icmpv6::echo_reply, packet.transport());
}

Finding answer_tcp(Context& context, const Tunables& tunables) {
    const Packet& packet = context.packet;
    if (packet.type != PacketType::host && packet.type != PacketType::loopback) return ignored();
    if (!to_one_host(context)) return ignored();
    if (packet.flat.transport != Transport::whole)
        return {.reason = Reason::l4_truncated, .numbers = {protocol::tcp}};
    if (!edit::transport_checksum_ok(packet)) return bad_checksum(packet);
    send_reset(context, tunables);
    return {.reason = Reason::no_local_listener, .numbers = {protocol::tcp}};
}

// Linux believes the sum that connection tracking took of the packet, in which the header was another; what
// is short it sums again.
bool summed_otherwise(const Packet& packet) {
    constexpr std::uint16_t longest_summed_again = 76;
    return packet.summed_header != 0 && packet.summed_header != transport_sum::changing_header6(packet) &&
           load_be16(packet.l4() + 4) > longest_summed_again;
}

// UDP and UDP-Lite, whose length field is the checksum's coverage (RFC 3828).
Finding answer_udp(Context& context) {
    const Packet& packet = context.packet;
    const bool v4 = is_v4(packet.flat.family);
    const std::uint8_t number = packet.flat.protocol;
    if (packet.flat.transport != Transport::whole)
        return {.reason = Reason::l4_truncated, .numbers = {number}};
    const auto there = static_cast<std::uint32_t>(packet.transport().size());
    std::uint32_t length = load_be16(packet.l4() + 4);
    // As a jumbogram's (RFC 2675, 4), in whatever packet.
    if (!v4 && number == protocol::udp && length == 0) length = there;
    if ((number == protocol::udp && length < 8) || length > there)
        return {.reason = Reason::l4_truncated, .numbers = {number, length, 8}};
    // IPv6 has no UDP without a checksum (RFC 8200, 8.1).
    const bool unsummed = load_be16(packet.l4() + 6) == 0;
    if ((!v4 && unsummed) || summed_otherwise(packet) || !edit::transport_checksum_ok(packet))
        return bad_checksum(packet);
    if (!to_one_host(context)) return {.reason = Reason::no_local_listener, .numbers = {number}};
    // UDP lets go of the packet's connection: OUTPUT's raw table sees the answer before it is looked up.
    const ConnRef connection = std::exchange(context.packet.connection, {});
    // Nor is what lies behind the datagram quoted.
    const auto before = static_cast<std::uint32_t>(packet.flat.l4 - packet.flat.l3);
    const std::uint16_t whole = packet.flat.l3_length;
    if (number == protocol::udp) context.packet.flat.l3_length = static_cast<std::uint16_t>(before + length);
    if (v4) {
        icmp_error::send(context, wire::icmp::unreachable, wire::icmp::port_unreachable);
    } else {
        icmp_error::send(context, wire::icmpv6::unreachable, wire::icmpv6::port_unreachable);
    }
    context.packet.connection = connection;
    context.packet.flat.l3_length = whole;
    return {.reason = Reason::no_local_listener, .numbers = {number}};
}

// What an IPv6 packet is delivered to: the first header that isn't one of those extension headers which the
// router takes off. Rules look further, past authentication headers.
struct Upper {
    std::uint8_t protocol = 0;
    std::uint32_t named_at = 6;  // from the IPv6 header: in that, or in the last extension header
    Finding bad{};               // it isn't reached
};

Upper upper_of(const Packet& packet, std::uint32_t misread_at) {
    const Bytes ip = packet.network();
    // Linux read a hop-by-hop header when the packet came.
    const bool past_hops = misread_at != 0 && ip[6] == protocol::hop_by_hop;
    Upper upper{.named_at = past_hops ? header6 : 6u};
    upper.protocol = ip[upper.named_at];
    for (std::uint32_t at = misread_at != 0 ? misread_at : header6;;) {
        const bool first = at == header6;
        switch (upper.protocol) {
            case protocol::hop_by_hop:
                if (!first) return upper;
                break;
            case protocol::fragment:
                // What is in pieces is put together first.
                if (packet.flat.fragmented) return upper;
                break;
            case protocol::routing:
            case protocol::destination_options: break;
            default: return upper;
        }
        const bool fragment = upper.protocol == protocol::fragment;
        const std::uint32_t needed = fragment || at + 2 > ip.size() ? 8u : (ip[at + 1] + 1u) * 8u;
        if (at + needed > ip.size()) {
            upper.bad = {.reason = Reason::ip6_bad_extension, .numbers = {upper.protocol, at}};
            return upper;
        }
        if (upper.protocol == protocol::destination_options) {
            upper.bad = judge_destination_options(packet, at);
            if (upper.bad) return upper;
        }
        upper = {.protocol = ip[at], .named_at = at};
        at += needed;
    }
}

Finding answer_unknown4(Context& context) {
    const std::uint8_t number = context.packet.flat.protocol;
    if (number == protocol::igmp) return ignored();
    icmp_error::send(context, wire::icmp::unreachable, wire::icmp::protocol_unreachable);
    return {.reason = Reason::no_local_listener, .numbers = {number}};
}

Finding answer_unknown6(Context& context, const Upper& upper) {
    if (upper.protocol == protocol::none) return ignored();
    icmp_error::send(context, wire::icmpv6::parameter_problem, wire::icmpv6::unknown_next_header,
                     upper.named_at);
    return {.reason = Reason::no_local_listener, .numbers = {upper.protocol}};
}

Finding answer_local4(Context& context, const Tunables& tunables) {
    if (context.packet.flat.fragmented) return ignored();  // nothing is put together again here
    switch (context.packet.flat.protocol) {
        case protocol::icmp: return answer_icmp4(context, tunables);
        case protocol::tcp: return answer_tcp(context, tunables);
        case protocol::udp:
        case protocol::udplite: return answer_udp(context);
        default: return answer_unknown4(context);
    }
}

bool answers(std::uint8_t number) {
    return number == protocol::icmpv6 || number == protocol::tcp || number == protocol::udp ||
           number == protocol::udplite;
}

Finding answer_local6(Context& context, const Tunables& tunables, std::uint32_t misread_at) {
    const Upper upper = upper_of(context.packet, misread_at);
    if (upper.bad) {
        // A fragment header that breaks off is pointed at (ipv6_frag_rcv); of other headers that do nothing
        // is said.
        const bool fragment =
            upper.bad.reason == Reason::ip6_bad_extension && upper.bad.numbers[0] == protocol::fragment;
        if (fragment) {
            icmp_error::send(context, wire::icmpv6::parameter_problem, wire::icmpv6::bad_header_field,
                             upper.bad.numbers[1]);
        } else {
            answer_unparsable(context, upper.bad);
        }
        return upper.bad;
    }
    // Nothing is put together again here.
    if (upper.protocol == protocol::fragment) return ignored();
    // What is found by misreading has no right checksum.
    if (misread_at != 0 && answers(upper.protocol)) return bad_checksum(context.packet);
    if (upper.protocol != context.packet.flat.protocol) return answer_unknown6(context, upper);
    switch (upper.protocol) {
        case protocol::icmpv6: return answer_icmp6(context, tunables);
        case protocol::tcp: return answer_tcp(context, tunables);
        case protocol::udp:
        case protocol::udplite: return answer_udp(context);
        default: return answer_unknown6(context, upper);
    }
}

}  // namespace

Finding answer_local(Context& context, const Tunables& tunables, std::uint32_t misread_at) {
    return is_v4(context.family()) ? answer_local4(context, tunables)
                                   : answer_local6(context, tunables, misread_at);
}

}  // namespace gatehouse::stack

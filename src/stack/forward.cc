#include "stack/forward.h"

#include "hook/icmp_error.h"
#include "packet/parse.h"
#include "packet/reason.h"
#include "wire/protocol.h"

namespace gatehouse::stack {

namespace icmp = wire::icmp;
namespace icmpv6 = wire::icmpv6;

namespace {

bool too_big(const Packet& packet, std::uint32_t mtu, std::uint32_t largest_fragment) {
    if (packet.segmentation != SegmentationType::none) return false;
    return packet.flat.l3_length > mtu && (largest_fragment == 0 || largest_fragment > mtu);
}

Finding forward4(Context& context, std::uint32_t mtu, std::uint32_t largest_fragment) {
    Packet& packet = context.packet;
    if (packet.flat.ttl <= 1) {
        icmp_error::send(context, icmp::time_exceeded, icmp::ttl_exceeded);
        return {.reason = Reason::ttl_exceeded, .numbers = {packet.flat.ttl}};
    }
    const bool whole_only = (load_be16(packet.l3() + 6) & 0x4000) != 0;
    if (whole_only && too_big(packet, mtu, largest_fragment)) {
        icmp_error::send(context, icmp::unreachable, icmp::fragmentation_needed, mtu);
        return {.reason = Reason::packet_too_big, .numbers = {packet.flat.l3_length, mtu}};
    }
    return {};
}

Finding forward6(Context& context, std::uint32_t mtu, std::uint32_t largest_fragment) {
    Packet& packet = context.packet;
    const Address& source = packet.flat.source;
    if (packet.flat.ttl <= 1) {
        icmp_error::send(context, icmpv6::time_exceeded, icmpv6::hop_limit_exceeded);
        return {.reason = Reason::ttl_exceeded, .numbers = {packet.flat.ttl}};
    }
    // Linux doesn't ask what leaves by the interface it came in by: there it thinks of a redirect instead.
    const bool turned_back = context.in != InterfaceId::none && context.in == context.out;
    if (!turned_back &&
        (source.is_unspecified() || route::is_multicast6(source) || source == route::loopback6)) {
        return {.reason = Reason::martian_source};
    }
    if (!turned_back && route::is_link_local6(source)) {
        icmp_error::send(context, icmpv6::unreachable, icmpv6::beyond_scope);
        return {.reason = Reason::bad_source_scope};
    }
    if (too_big(packet, mtu, largest_fragment)) {
        icmp_error::send(context, icmpv6::packet_too_big, 0, mtu);
        return {.reason = Reason::packet_too_big, .numbers = {packet.flat.l3_length, mtu}};
    }
    return {};
}

}  // namespace

Finding prepare_forward(Context& context, std::uint32_t mtu, std::uint32_t largest_fragment) {
    Packet& packet = context.packet;
    if (packet.type != PacketType::host) return {.reason = Reason::not_forwarded_scope};
    const Finding finding = is_v4(packet.flat.family) ? forward4(context, mtu, largest_fragment)
                                                      : forward6(context, mtu, largest_fragment);
    if (finding) return finding;
    edit::take_hop(packet);
    if (context.traced()) [[unlikely]]
        context.trace({.kind = TraceKind::altered,
                       .text = "ttl",
                       .before = packet.flat.ttl + 1u,
                       .after = packet.flat.ttl});
    return {};
}

bool refused_outright(const route::Decision& route) {
    switch (route.reason) {
        case Reason::no_route:
        case Reason::forwarding_disabled:
        case Reason::route_blackhole:
        case Reason::route_unreachable:
        case Reason::route_prohibit: return false;
        default: return route.kind == route::Kind::drop;
    }
}

void answer_unroutable(Context& context, const route::Decision& route) {
    const bool v4 = is_v4(context.family());
    switch (route.reason) {
        case Reason::no_route:
            if (v4) {
                icmp_error::send(context, icmp::unreachable, icmp::net_unreachable);
            } else {
                icmp_error::send(context, icmpv6::unreachable, icmpv6::no_route);
            }
            return;
        case Reason::route_unreachable:
            if (v4) {
                icmp_error::send(context, icmp::unreachable, icmp::host_unreachable);
            } else {
                icmp_error::send(context, icmpv6::unreachable, icmpv6::no_route);
            }
            return;
        case Reason::route_prohibit:
            if (v4) {
                icmp_error::send(context, icmp::unreachable, icmp::admin_prohibited);
            } else {
                icmp_error::send(context, icmpv6::unreachable, icmpv6::admin_prohibited);
            }
            return;
        default: return;  // martians and blackholes get no word
    }
}

void answer_unparsable(Context& context, const Finding& finding) {
    const bool option =
        finding.reason == Reason::ip6_bad_hop_option || finding.reason == Reason::ip6_bad_destination_option;
    if (!option) return;
    const auto send = [&](std::uint8_t code) {
        icmp_error::send(context, icmpv6::parameter_problem, code, finding.numbers[1]);
    };
    switch (static_cast<OptionAnswer>(finding.numbers[2])) {
        case OptionAnswer::none: return;
        case OptionAnswer::bad_header_field: return send(icmpv6::bad_header_field);
        case OptionAnswer::unknown_option: return send(icmpv6::unknown_option);
    }
}

bool within_rate(const Packet& packet, const route::Decision& route, IcmpLimit& limit,
                 const Tunables& tunables, Time now) {
    const Flat& flat = packet.flat;
    const bool v4 = is_v4(flat.family);
    if (flat.protocol != (v4 ? wire::protocol::icmp : wire::protocol::icmpv6)) return true;
    if (route.kind == route::Kind::local) return true;
    const auto type = static_cast<std::uint8_t>(flat.sport);
    return limit.allow(flat.family, type, flat.destination, address_bits(flat.family), tunables, now);
}

}  // namespace gatehouse::stack

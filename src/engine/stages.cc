// What happens at the steps of receive.cc's page to packets unlike most (see stages.h).

#include "engine/stages.h"

#include "defrag/fragment.h"
#include "hook/emit.h"
#include "hook/icmp_error.h"
#include "packet/edit.h"
#include "packet/parse.h"
#include "stack/arp.h"
#include "stack/ip_options.h"
#include "stack/local.h"
#include "wire/protocol.h"

namespace gatehouse {

// An ICMPv6 error comes from the interface that the packet it is about came in by (Linux's icmp6_send);
// everything else from the one it leaves by.
Address Engine::Core::source_for(const Packet& packet, const Passage& passage,
                                 const EngineEmitter::Made* made) const {
    const bool error = packet.generated && packet.flat.protocol == wire::protocol::icmpv6 &&
                       packet.flat.transport == Transport::whole && wire::icmpv6::is_error(packet.l4()[0]);
    if (!error || made == nullptr || made->from == InterfaceId::none) return passage.route.source;
    return configuration.router->select_source(Family::ipv6, made->from, packet.flat.destination);
}

namespace {

// Of a copy, the station that it goes to chooses the route, and nothing that the packet came with but its
// TOS.
route::Key copys_key(const Packet& packet, const Sending& how) {
    return {.family = packet.flat.family,
            .destination = how.towards,
            .tos = packet.flat.tos,
            .protocol = packet.flat.protocol,
            .interface = how.over};
}

}  // namespace

// A packet that starts here: routed, then through LOCAL_OUT.
void Engine::Core::originate(Packet& packet, const EngineEmitter::Made* made) {
    Origin origin;
    Passage passage(packet, services, Hook::output);
    passage.origin = &origin;
    if (made != nullptr && made->way == EngineEmitter::Way::back) {
        origin.back_by = made->from;
        origin.back_to = made->station;
    }
    packet.flat.l3 = 0;
    if (const Finding finding = parse_network(packet)) return drop(passage, finding);
    Sending how = made == nullptr ? Sending{} : made->how;
    if (made != nullptr && nat != nullptr && !how.copy) [[unlikely]] {
        if (!answer_across(passage, how)) return;
    }
    passage.route = router().output(how.copy ? copys_key(packet, how) : route_key(packet, how.over));
    if (passage.route.kind == route::Kind::drop) return drop(passage, {.reason = passage.route.reason});
    if (how.copy) {
        origin.towards = how.towards;
        return send_off(passage);
    }
    if (packet.flat.source.is_unspecified()) edit::set_source(packet, source_for(packet, passage, made));
    passage.context.options = how.options;
    ip_options::record(packet, how.options, packet.flat.source, services.now);
    if (packet.generated) {
        const Tunables& tunables = configuration.tunables;
        if (packet.flat.ttl == default_ttl)
            edit::set_ttl(packet, is_v4(packet.flat.family) ? tunables.ip_default_ttl : tunables.hop_limit);
        edit::renew_transport_checksum(packet);
        if (!stack::within_rate(packet, passage.route, icmp_limit, configuration.tunables, services.now)) {
            return drop(passage, {.reason = Reason::rate_limited});
        }
    }
    send_off(passage);
}

void Engine::Core::send_off(Passage& passage) {
    passage.context.out = passage.route.interface;
    if (passage.context.traced()) [[unlikely]] {
        passage.context.trace({.kind = TraceKind::origin});
        trace_route(passage);
    }
    live(passage, 0);
}

void Engine::Core::send_emitted() {
    for (auto made = emitter.next(); made.packet != nullptr; made = emitter.next()) {
        ++statistics.generated;
        if (made.way == EngineEmitter::Way::frame) {
            settle(*made.packet, {.disposition = Disposition::forwarded, .out = made.from});
        } else {
            originate(*made.packet, &made);
        }
    }
}

// Tagged, not for this station alone, not an IP packet, or not fit to be one. True if it lives on.
bool Engine::Core::accept_unlike_most(Passage& passage, const Parsed& parsed) {
    Packet& packet = passage.packet();
    if (parsed.finding) {
        // A hop-by-hop option that wants its sender told is answered even though no hook sees the packet.
        stack::answer_unparsable(passage.context, parsed.finding);
        drop(passage, parsed.finding);
        return false;
    }
    if (const Finding unfit = stack::accept_link(packet, interface(packet.in), parsed.ethertype)) {
        drop(passage, unfit);
        return false;
    }
    if (packet.flat.network) return true;
    stack::answer_arp(passage.context);
    passage.context.finding = {.reason = Reason::local_consumed};
    finish(passage, Disposition::consumed);
    return false;
}

// A packet of ours to ourselves keeps the route that it left by, whatever its source.
bool Engine::Core::looped_back(const Passage& passage) const {
    return passage.route.kind == route::Kind::local && passage.route.type != route::RouteType::unicast &&
           interface(passage.context.in).loopback;
}

// A broadcast that leaves was sent by this host; it has no origin if it is the copy that this host gets.
bool Engine::Core::is_heard_copy(const Passage& passage) const {
    return passage.origin == nullptr && passage.route.kind == route::Kind::broadcast;
}

// The decision for a packet whose destination is another than the one that was looked up ahead: it has been
// translated. False: the router is to be asked.
bool Engine::Core::find_plainly(Passage& passage) {
    route::Descent descent;
    pathfinder.find(passage.packet().flat, descent);
    return router().input_plainly(passage.packet(), passage.context.in, descent, passage.route);
}

// What route_arrival() makes of a packet that isn't simply passed on: it is for this host, refused, or has
// options, or its route or its size takes a closer look. True with the hook moved on to INPUT, or not for one
// that goes on to FORWARD. False when its way ended here.
bool Engine::Core::route_unlike_most(Passage& passage) {
    Context& context = passage.context;
    Packet& packet = context.packet;
    const auto& route = passage.route;
    if (!looped_back(passage) && !is_heard_copy(passage))
        passage.route = router().input(route_key(packet, context.in), passage.ahead);
    if (context.traced()) [[unlikely]]
        trace_route(passage);
    if (route.kind != route::Kind::drop && route.kind != route::Kind::forward) context.hook = Hook::input;
    const bool options = is_v4(packet.flat.family) && packet.flat.l4 - packet.flat.l3 > 20;
    if (options && !stack::refused_outright(route)) {
        if (const Finding finding = stack::accept_options(context, route)) {
            drop(passage, finding);
            return false;
        }
    }
    if (route.kind == route::Kind::drop) {
        stack::answer_unroutable(context, route);
        drop(passage, {.reason = route.reason, .numbers = {index(context.in)}});
        return false;
    }
    const bool piece = is_v4(packet.flat.family) && packet.flat.fragmented;
    if (context.hook == Hook::input) return !piece || gather_local(passage);
    context.out = route.interface;
    const defrag::Whole* const whole = defrag::Whole::of(packet);
    const std::uint32_t largest = whole == nullptr ? 0 : whole->largest;
    const std::uint32_t mtu = stack::path_mtu(route, interface(route.interface));
    const Finding finding = stack::prepare_forward(context, mtu, largest);
    if (finding) drop(passage, finding);
    return !finding;
}

// To a neighbour on the link, known or not, or to none: not simply to a gateway.
void Engine::Core::depart_unlike_most(Passage& passage) {
    Context& context = passage.context;
    Packet& packet = context.packet;
    const Interface& out = interface(context.out);
    if (out.loopback || is_heard_copy(passage)) return loop_back(passage);
    if (!out.up) return drop(passage, {.reason = Reason::interface_down, .numbers = {index(context.out)}});
    Mac room;
    const Mac* const mac = link_destination(passage, room);
    if (context.traced()) [[unlikely]]
        trace_neighbour(passage, mac);
    if (mac == nullptr)
        return drop(passage, {.reason = Reason::no_neighbour, .numbers = {index(context.out)}});
    stack::frame(packet, {.to = *mac, .from = out.mac});
    const std::uint32_t mtu = stack::path_mtu(passage.route, out);
    const bool may_not_fit = packet.flat.l3_length > mtu || defrag::Whole::of(packet) != nullptr;
    if (may_not_fit && must_be_cut(packet, mtu)) return depart_in_fragments(passage, mtu);
    finish(passage, Disposition::forwarded);
}

// The station that it goes to; an answer to a neighbour goes back to where that wrote from if the link knows
// no better.
const Mac* Engine::Core::link_destination(const Passage& passage, Mac& room) const {
    const Origin* const origin = passage.origin;
    if (origin != nullptr && origin->towards)
        return router().neighbour(passage.route, passage.packet().flat.family, *origin->towards);
    const Mac* const known = stack::link_destination(router(), passage.route, passage.packet().flat, room);
    if (known == nullptr && origin != nullptr && passage.context.out == origin->back_by)
        return &origin->back_to;
    return known;
}

void Engine::Core::trace_route(const Passage& passage, bool again) const {
    const route::Decision& route = passage.route;
    const bool leaves =
        route.kind == route::Kind::forward || (passage.origin != nullptr && route.kind != route::Kind::drop);
    const bool gateway = route.nexthop != nullptr && route.nexthop->has_gateway;
    passage.context.trace({.kind = TraceKind::route,
                           .text = route::name(route.type),
                           .before = again,
                           .after = static_cast<std::uint64_t>(route.table),
                           .out = leaves ? route.interface : InterfaceId::none,
                           .address = gateway ? route.nexthop->gateway : Address{}});
}

RouteChoice route_choice(const Packet& packet) {
    const Flat& flat = packet.flat;
    const bool v4 = is_v4(flat.family);
    return {.source = flat.source,
            .destination = flat.destination,
            .mark = packet.mark,
            .tos_or_hops = v4 ? flat.tos : flat.ttl,
            .first_word6 = v4 ? 0 : load_be32(packet.l3())};
}

Address Engine::Core::next_hop(const Passage& passage) const {
    route::Key key = route_key(passage.packet(), InterfaceId::none);
    if (passage.origin != nullptr && passage.origin->towards) key.destination = *passage.origin->towards;
    return passage.route.next_hop(key);
}

void Engine::Core::trace_neighbour(const Passage& passage, const Mac* mac) const {
    passage.context.trace({.kind = TraceKind::neighbour,
                           .before = mac != nullptr,
                           .address = next_hop(passage),
                           .station = mac != nullptr ? *mac : Mac{}});
}

// Asks for the route again if it was chosen by something else `before`. The rest of LOCAL_OUT goes on seeing
// the interface of the old one, as in Linux. False when the packet ended here.
bool Engine::Core::reroute(Passage& passage, const RouteChoice& before) {
    Context& context = passage.context;
    const Packet& packet = context.packet;
    if (route_choice(packet) == before) return true;
    // An address of a link's own stays on its link.
    const bool of_link = !is_v4(packet.flat.family) && (route::is_link_local6(packet.flat.destination) ||
                                                        route::is_multicast6(packet.flat.destination));
    passage.route = router().output(route_key(packet, of_link ? passage.route.interface : InterfaceId::none));
    if (passage.origin != nullptr) passage.origin->towards.reset();
    trace_route(passage, true);
    if (passage.route.kind != route::Kind::drop) return true;
    drop(passage, {.reason = passage.route.reason});
    return false;
}

// INPUT let it pass: a program's, or the router's own stack's.
void Engine::Core::deliver(Passage& passage) {
    Context& context = passage.context;
    if (context.packet.generated) {
        context.finding = {.reason = Reason::local_consumed};
        return finish(passage, Disposition::consumed);
    }
    const defrag::Whole* const whole = defrag::Whole::of(context.packet);
    if ((context.packet.flat.fragmented || whole != nullptr) && !gather_local(passage)) return;
    if (services.world->local_socket(context.packet) == Answer::yes)
        return finish(passage, Disposition::delivered);
    // What was sent to many gets no answer but an echo's, however the frame was addressed.
    const bool to_many =
        passage.route.kind == route::Kind::broadcast || passage.route.kind == route::Kind::multicast;
    if (to_many && is_v4(context.family()) && context.packet.flat.protocol != wire::protocol::icmp) {
        context.finding = {.reason = Reason::ignored_by_stack};
    } else {
        const std::uint16_t misread_at = whole != nullptr ? whole->misread_at : std::uint16_t{0};
        context.finding = stack::answer_local(context, configuration.tunables, misread_at);
    }
    finish(passage, Disposition::consumed);
}

// What came in fragments leaves in fragments, and IPv6's without a need only if it is larger than they were.
bool Engine::Core::must_be_cut(const Packet& packet, std::uint32_t mtu) {
    if (packet.segmentation != SegmentationType::none) return false;
    const std::uint32_t length = packet.flat.l3_length;
    const defrag::Whole* const whole = defrag::Whole::of(packet);
    if (length > mtu || whole == nullptr) return length > mtu;
    return is_v4(packet.flat.family) || length > whole->largest;
}

// The packet doesn't fit its link and may be cut: its fragments leave in its place. A copy isn't cut: who
// sent the packet is told.
void Engine::Core::depart_in_fragments(Passage& passage, std::uint32_t mtu) {
    Context& context = passage.context;
    const Packet& packet = context.packet;
    const bool v4 = is_v4(packet.flat.family);
    if (emitter.is_copy(packet)) {
        v4 ? icmp_error::send(context, wire::icmp::unreachable, wire::icmp::fragmentation_needed, mtu)
           : icmp_error::send(context, wire::icmpv6::packet_too_big, 0, mtu);
        return drop(passage, {.reason = Reason::packet_too_big, .numbers = {packet.flat.l3_length, mtu}});
    }
    const defrag::Whole* const whole = defrag::Whole::of(packet);
    // IPv6 packets are cut where they begin, and where they were put together.
    const bool may_be_cut = v4 || packet.generated || whole != nullptr;
    const bool made =
        may_be_cut && defrag::fragment(
                          packet, {.mtu = mtu, .id = v4 ? 0 : random.next32(), .whole = whole},
                          [&](std::uint32_t length) { return emitter.make(length); },
                          [&](Packet& piece) {
                              ++statistics.generated;
                              settle(piece, {.disposition = Disposition::forwarded, .out = context.out});
                          });
    if (!made)
        return drop(passage,
                    {.reason = Reason::packet_too_big, .numbers = {context.packet.flat.l3_length, mtu}});
    context.trace({.kind = TraceKind::fragmented, .before = context.packet.flat.l3_length, .after = mtu});
    finish(passage, Disposition::replaced);
}

// What is for everybody is for this host, too: a copy passes POST_ROUTING first, and turns round at the link.
void Engine::Core::hear_oneself(const Passage& passage) {
    Packet* const copy = emitter.copy(passage.packet());
    if (copy == nullptr) return;
    copy->connection = passage.packet().connection;
    copy->cookie = passage.packet().cookie;
    (void)parse_network(*copy);
    ++statistics.generated;
    Passage heard(*copy, services, Hook::postrouting);
    heard.context.out = passage.context.out;
    heard.route = passage.route;
    live(heard, 0);
}

// A packet of ours to an address of ours: over the loopback interface to INPUT. Or a broadcast of ours: from
// the link that it leaves by.
void Engine::Core::loop_back(Passage& passage) {
    Context& context = passage.context;
    context.packet.type = is_heard_copy(passage) ? PacketType::loopback : PacketType::host;
    context.in = context.out;
    context.out = InterfaceId::none;
    context.hook = Hook::prerouting;
    context.options = {};  // they are read anew
    passage.origin = nullptr;
    live(passage, 0);
}

}  // namespace gatehouse

// What happens at each step of receive.cc's page to a packet like most; stages.cc and completion.cc have what
// few packets need. Inline, so that the page and its steps are one piece of code.
#pragma once
#include "engine/core.h"
#include "packet/reason.h"
#include "stack/forward.h"
#include "stack/ip_options.h"
#include "stack/link.h"

namespace gatehouse {

// To the device that it came from: nobody looks at it again.
inline void Engine::Core::settle(Packet& packet, const Completion& completion) {
    if (packet.generated || defrag::Whole::of(packet) != nullptr) [[unlikely]]
        return settle_ours(packet, completion);
    if (completion.finding) ++statistics.reasons[static_cast<std::size_t>(completion.finding.reason)];
    if (completion.disposition == Disposition::forwarded) [[likely]] {
        ++statistics.forwarded;
    } else {
        count_ended(completion.disposition);
    }
    outlet.complete(packet, completion);
}

inline void Engine::Core::finish(Passage& passage, Disposition disposition) {
    const Context& context = passage.context;
    if (context.traced()) [[unlikely]]
        trace_end(context, disposition);
    settle(context.packet, {.disposition = disposition,
                            .out = context.out,
                            .finding = context.finding,
                            .decision = context.decision,
                            .mark = context.packet.mark,
                            .changed = context.packet.changed});
}

// Where to, now that PRE_ROUTING has let it pass: INPUT or FORWARD. False when its way ended here.
inline bool Engine::Core::route_arrival(Passage& passage) {
    Context& context = passage.context;
    Packet& packet = context.packet;
    const route::Decision& route = passage.route;
    const bool options = is_v4(packet.flat.family) && packet.flat.l4 - packet.flat.l3 > 20;
    const bool plain = passage.ahead != nullptr && !options &&
                       router().input_plainly(packet, context.in, *passage.ahead, passage.route);
    if (!plain) [[unlikely]] {
        if (!route_unlike_most(passage)) return false;
        if (context.hook == Hook::input) return true;
    } else if (context.traced()) [[unlikely]] {
        trace_route(passage);
    }
    context.out = route.interface;
    const defrag::Whole* const whole = defrag::Whole::of(packet);
    const std::uint32_t largest = whole == nullptr ? 0 : whole->largest;
    const std::uint32_t mtu = stack::path_mtu(route, interface(route.interface));
    if (const Finding finding = stack::prepare_forward(context, mtu, largest)) [[unlikely]] {
        drop(passage, finding);
        return false;
    }
    context.hook = Hook::forward;
    return true;
}

// FORWARD let it pass.
inline void Engine::Core::pass_on(Passage& passage) {
    Context& context = passage.context;
    if (context.options.changed) [[unlikely]]
        stack::finish_options(
            context, router().select_source(Family::ipv4, context.out, context.packet.flat.destination));
    context.hook = Hook::postrouting;
}

// POST_ROUTING let it pass: out over the link, whole or in fragments.
inline void Engine::Core::depart(Passage& passage) {
    Context& context = passage.context;
    Packet& packet = context.packet;
    const Interface& out = interface(context.out);
    if (out.loopback) [[unlikely]]
        return loop_back(passage);
    if (!out.up) [[unlikely]]
        return drop(passage, {.reason = Reason::interface_down, .numbers = {index(context.out)}});
    Mac room;
    const Mac* const mac = link_destination(passage, room);
    if (context.traced()) [[unlikely]]
        trace_neighbour(passage, mac);
    if (mac == nullptr) [[unlikely]]
        return drop(passage, {.reason = Reason::no_neighbour, .numbers = {index(context.out)}});
    stack::frame(packet, out.mac, *mac);
    const std::uint32_t mtu = stack::path_mtu(passage.route, out);
    const bool may_not_fit = packet.flat.l3_length > mtu || defrag::Whole::of(packet) != nullptr;
    if (may_not_fit && must_be_cut(packet, mtu)) [[unlikely]]
        return depart_in_fragments(passage, mtu);
    finish(passage, Disposition::forwarded);
}

// The station that it goes to; an answer to a neighbour goes back to where that wrote from if the link knows
// no better.
inline const Mac* Engine::Core::link_destination(const Passage& passage, Mac& room) const {
    const Mac* const known = stack::link_destination(router(), passage.route, passage.packet().flat, room);
    const Origin* const origin = passage.origin;
    if (known == nullptr && origin != nullptr && passage.context.out == origin->back_by)
        return &origin->back_to;
    return known;
}

}  // namespace gatehouse

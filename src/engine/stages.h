// What happens at each step of receive.cc's page to a packet like most; stages.cc and completion.cc have what
// few packets need. Inline, so that the page and its steps are one piece of code.
#pragma once
#include "engine/core.h"
#include "packet/reason.h"
#include "stack/forward.h"
#include "stack/ip_options.h"
#include "stack/link.h"

namespace gatehouse {

// Made here: by the router itself, or of fragments.
inline bool Engine::Core::is_ours(const Packet& packet) {
    return packet.generated || defrag::Whole::of(packet) != nullptr;
}

// To the device that it came from: nobody looks at it again.
[[gnu::always_inline]] inline void Engine::Core::give_back(Packet& packet, const Completion& completion) {
    if (completion.finding) ++statistics.reasons[static_cast<std::size_t>(completion.finding.reason)];
    if (completion.disposition == Disposition::forwarded) [[likely]] {
        ++statistics.forwarded;
    } else {
        count_ended(completion.disposition);
    }
    outlet.complete(packet, completion);
}

[[gnu::always_inline]] inline void Engine::Core::settle(Packet& packet, const Completion& completion) {
    if (is_ours(packet)) [[unlikely]]
        return settle_ours(packet, completion);
    give_back(packet, completion);
}

// What there is to say of a packet whose way ends.
[[gnu::always_inline]] inline Completion Engine::Core::completion(const Context& context,
                                                                  Disposition disposition) {
    return {.disposition = disposition,
            .out = context.out,
            .finding = context.finding,
            .decision = context.decision,
            .mark = context.packet.mark,
            .changed = context.packet.changed};
}

[[gnu::always_inline]] inline void Engine::Core::finish(Passage& passage, Disposition disposition) {
    const Context& context = passage.context;
    if (context.traced()) [[unlikely]]
        trace_end(context, disposition);
    settle(context.packet, completion(context, disposition));
}

// The common packet: passed on, by a common route that was looked up ahead.
[[gnu::always_inline]] inline bool Engine::Core::route_plainly(Passage& passage) {
    Context& context = passage.context;
    Packet& packet = context.packet;
    const bool options = is_v4(packet.flat.family) && packet.flat.l4 - packet.flat.l3 > 20;
    if (passage.ahead == nullptr || options || context.traced()) return false;
    if (passage.ahead->address() != packet.flat.destination) [[unlikely]] {
        if (!find_plainly(passage)) return false;
    } else if (!router().input_plainly(packet, context.in, *passage.ahead, passage.route)) {
        return false;
    }
    const route::Adjacency* const adjacency = router().adjacency(*passage.route.nexthop);
    const std::uint32_t mtu = adjacency != nullptr ? adjacency->mtu : interface(passage.route.interface).mtu;
    if (!stack::forward_plainly(context, mtu)) return false;
    passage.adjacency = adjacency;
    return true;
}

// Where to, now that PRE_ROUTING has let it pass: INPUT or FORWARD. False when its way ended here.
[[gnu::always_inline]] inline bool Engine::Core::route_arrival(Passage& passage) {
    Context& context = passage.context;
    if (!route_plainly(passage)) [[unlikely]] {
        if (!route_unlike_most(passage)) return false;
        if (context.hook == Hook::input) return true;
    }
    context.out = passage.route.interface;
    context.hook = Hook::forward;
    return true;
}

// FORWARD let it pass.
[[gnu::always_inline]] inline void Engine::Core::pass_on(Passage& passage) {
    Context& context = passage.context;
    if (context.options.changed) [[unlikely]]
        stack::finish_options(
            context, router().select_source(Family::ipv4, context.out, context.packet.flat.destination));
    context.hook = Hook::postrouting;
}

// OUTPUT let it pass.
inline void Engine::Core::set_out(Passage& passage) {
    passage.context.out = passage.route.interface;
    passage.context.hook = Hook::postrouting;
    if (passage.route.kind == route::Kind::broadcast) [[unlikely]]
        hear_oneself(passage);
}

// POST_ROUTING let it pass: out over the link, whole or in fragments.
[[gnu::always_inline]] inline void Engine::Core::depart(Passage& passage) {
    Packet& packet = passage.packet();
    const route::Adjacency* const adjacency = passage.adjacency;
    if (adjacency == nullptr || packet.flat.l3_length > adjacency->mtu || passage.context.traced() ||
        is_ours(packet)) [[unlikely]]
        return depart_unlike_most(passage);
    stack::frame(packet, *adjacency);
    give_back(packet, completion(passage.context, Disposition::forwarded));
}

}  // namespace gatehouse

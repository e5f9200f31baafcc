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
[[gnu::always_inline]] inline void Engine::Core::settle(Packet& packet, const Completion& completion) {
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

[[gnu::always_inline]] inline void Engine::Core::finish(Passage& passage, Disposition disposition) {
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
[[gnu::always_inline]] inline bool Engine::Core::route_arrival(Passage& passage) {
    Context& context = passage.context;
    Packet& packet = context.packet;
    const route::Decision& route = passage.route;
    const bool options = is_v4(packet.flat.family) && packet.flat.l4 - packet.flat.l3 > 20;
    const bool plain = passage.ahead != nullptr && !options && !context.traced() &&
                       router().input_plainly(packet, context.in, *passage.ahead, passage.route) &&
                       stack::forward_plainly(context, stack::path_mtu(route, interface(route.interface)));
    if (!plain) [[unlikely]] {
        if (!route_unlike_most(passage)) return false;
        if (context.hook == Hook::input) return true;
    }
    context.out = route.interface;
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
}

// POST_ROUTING let it pass: out over the link, whole or in fragments.
[[gnu::always_inline]] inline void Engine::Core::depart(Passage& passage) {
    Packet& packet = passage.packet();
    const route::Nexthop* const nexthop = passage.route.nexthop;
    const route::Adjacency* const adjacency = router().adjacency(passage.route);
    const std::uint32_t length = packet.flat.l3_length;
    const bool plain = adjacency != nullptr && length <= adjacency->mtu &&
                       (nexthop->mtu == 0 || length <= nexthop->mtu) && !passage.context.traced() &&
                       defrag::Whole::of(packet) == nullptr;
    if (!plain) [[unlikely]]
        return depart_unlike_most(passage);
    stack::frame(packet, adjacency->from, adjacency->to);
    finish(passage, Disposition::forwarded);
}

}  // namespace gatehouse

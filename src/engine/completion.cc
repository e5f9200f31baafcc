// How a packet's way ends, or pauses.
#include "engine/stages.h"

namespace gatehouse {

void Engine::Core::trace_end(const Context& context, Disposition disposition) {
    if (disposition == Disposition::forwarded) {
        context.trace({.kind = TraceKind::departure});
    } else {
        const bool replaced = disposition == Disposition::replaced;
        context.trace({.kind = TraceKind::decision,
                       .text = replaced ? "others leave in its stead" : "",
                       .finding = context.finding});
    }
}

void Engine::Core::count_ended(Disposition disposition) {
    switch (disposition) {
        case Disposition::forwarded: ++statistics.forwarded; break;
        case Disposition::delivered: ++statistics.delivered; break;
        case Disposition::dropped: ++statistics.dropped; break;
        case Disposition::consumed: ++statistics.consumed; break;
        case Disposition::replaced: ++statistics.replaced; break;
    }
}

// A packet of our own goes back to its pool.
void Engine::Core::settle_generated(Packet& packet, const Completion& completion) {
    if (completion.disposition == Disposition::forwarded) {
        ++statistics.sent;
        outlet.transmit(packet, completion.out);
    } else {
        outlet.discard(packet, completion);
    }
    emitter.give_back(&packet);
}

// A packet that the engine made, or put together.
void Engine::Core::settle_ours(Packet& packet, const Completion& completion) {
    const bool whole = defrag::Whole::of(packet) != nullptr;
    if (whole) return settle_whole(packet, completion);
    if (completion.finding) ++statistics.reasons[static_cast<std::size_t>(completion.finding.reason)];
    settle_generated(packet, completion);
}

void Engine::Core::drop(Passage& passage, Finding finding) {
    passage.context.finding = finding;
    finish(passage, Disposition::dropped);
}

void Engine::Core::suspend(Passage& passage, std::size_t row) {
    Context& context = passage.context;
    const OrderRow& holder_row = order.at(family_of(context.packet), context.hook)[row];
    if (context.suspension.why == WaitFor::queue &&
        !services.world->queue_has_reader(context.suspension.queue)) {
        if (context.suspension.bypass) return live(passage, row + 1);
        return drop(passage, {.reason = Reason::queue_without_reader, .numbers = {context.suspension.queue}});
    }
    const std::uint16_t connection = tracking == nullptr ? std::uint16_t{0} : tracking->hold(context.packet);
    const auto token =
        waiting.enter({.packet = &context.packet,
                       .hook = context.hook,
                       .in = context.in,
                       .out = context.out,
                       .local_out = passage.origin != nullptr,
                       .towards = passage.origin != nullptr ? passage.origin->towards : std::nullopt,
                       .row = row,
                       .priority = holder_row.priority,
                       .stage = holder_row.name,
                       .order_generation = order.generation(),
                       .router = configuration.router,
                       .route = passage.route,
                       .connection = connection,
                       .suspension = context.suspension,
                       .decision = KeptDecision::of(context.decision),
                       .options = context.options,
                       .since = services.now});
    const bool for_helper = context.suspension.why == WaitFor::helper;
    if (for_helper) helpers->entered(token.value_or(Token::none));
    if (!token) {
        if (tracking != nullptr) tracking->go_on(context, connection);
        drop(passage, {.reason = Reason::suspended_full,
                       .numbers = {static_cast<std::uint32_t>(waiting.size()), waiting.limits().packets}});
    } else {
        ++statistics.suspended;
        context.trace({.kind = TraceKind::suspended, .text = for_helper ? "the rest of a command" : ""});
    }
    if (for_helper) return move_held();
    if (token && holder != nullptr) holder->hold(*token, context.packet, *waiting.find(*token));
}

namespace {

// The row to go on with: behind the one that held the packet, or, if the order has changed since, the first
// that stands behind where that one stood.
std::size_t row_after(const Waiting& waiting, const Order& order, HookFamily family, bool repeat) {
    const auto rows = order.at(family, waiting.hook);
    if (waiting.order_generation == order.generation()) return waiting.row + (repeat ? 0 : 1);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (rows[i].priority == waiting.priority && rows[i].name == waiting.stage)
            return i + (repeat ? 0 : 1);
    }
    std::size_t i = 0;
    while (i < rows.size() && rows[i].priority <= waiting.priority) ++i;
    return i;
}

}  // namespace

bool Engine::Core::resume(Token token, const Resume& how) {
    const auto held = waiting.leave(token);
    if (held) go_on(*held, how);
    return held.has_value();
}

// Behind the stage that held it.
void Engine::Core::go_on(const Waiting& held, const Resume& how) {
    Packet& packet = *held.packet;
    Origin origin{.towards = held.towards};
    Passage passage(packet, services, held.hook, held.in);
    passage.context.out = held.out;
    passage.route = held.route;
    if (held.local_out) passage.origin = &origin;
    passage.context.decision = held.decision.view();
    passage.context.options = held.options;
    passage.context.trace({.kind = TraceKind::resumed});
    if (tracking != nullptr) tracking->go_on(passage.context, held.connection);
    if (how.verdict == Resume::Verdict::drop) {
        return drop(passage, {.reason = Reason::suspended_dropped});
    }
    const RouteChoice before = route_choice(packet);
    if (how.mark) {
        packet.changed |= packet.mark != *how.mark;
        packet.mark = *how.mark;
    }
    if (how.network && !replace_network(passage, *how.network)) return;
    if (held.hook == Hook::output && !reroute(passage, before)) return;
    if (held.router != configuration.router && held.hook != Hook::prerouting && !revalidate(passage)) return;
    const HookFamily family = family_of(packet);
    std::size_t row = row_after(held, order, family, how.verdict == Resume::Verdict::repeat);
    if (how.verdict == Resume::Verdict::stop) row = order.at(family, held.hook).size();
    live(passage, row);
}

// Puts another network packet in the place of the one that waited. False when it ended here.
bool Engine::Core::replace_network(Passage& passage, Bytes network) {
    Packet& packet = passage.packet();
    const std::uint32_t room = packet.capacity - packet.headroom() - packet.flat.l3;
    if (network.size() > room || network.size() > max_frame) {
        drop(passage, {.reason = Reason::edit_out_of_room,
                       .numbers = {static_cast<std::uint32_t>(network.size()), room}});
        return false;
    }
    std::memmove(packet.l3(), network.data(), network.size());
    packet.length = packet.flat.l3 + static_cast<std::uint32_t>(network.size());
    packet.changed = true;
    packet.checksum = ChecksumState::unknown;
    if (const Finding finding = parse_network(packet)) {
        drop(passage, finding);
        return false;
    }
    return true;
}

// The routes changed while the packet waited: it is asked anew where it goes. False when it ended here.
bool Engine::Core::revalidate(Passage& passage) {
    const route::Kind before = passage.route.kind;
    if (passage.origin != nullptr) {
        passage.route = router().output(route_key(passage.packet(), InterfaceId::none));
        passage.origin->towards.reset();
    } else {
        passage.route = router().input(route_key(passage.packet(), passage.context.in));
    }
    if (passage.route.kind != before) {
        drop(passage,
             {.reason = passage.route.kind == route::Kind::drop ? passage.route.reason : Reason::no_route});
        return false;
    }
    if (passage.context.out != InterfaceId::none) passage.context.out = passage.route.interface;
    return true;
}

void Engine::Core::expire(Time now) {
    if (helpers != nullptr) move_held();
    while (auto held = waiting.expired(now)) {
        end_held(*held, {.reason = Reason::suspended_expired,
                         .numbers = {static_cast<std::uint32_t>((now - held->since) / millisecond)}});
    }
    drain_emitted();
}

}  // namespace gatehouse

// The whole life of a packet, in the order in which it happens.
#include <algorithm>
#include <utility>

#include "engine/stages.h"
#include "stack/arp.h"

namespace gatehouse {

namespace {

// The lines of a packet's record that its way reads and writes.
void prefetch_record(const Packet& packet) {
    __builtin_prefetch(&packet);
    __builtin_prefetch(&packet.length);
}

}  // namespace

// Reads the frames of a group and asks for what its packets will look up: their routes, and, in two steps
// with the routes' between, their connections.
void Engine::Core::prepare(Group& group) {
    const auto packets = group.packets;
    group.tracking = tracked[0] || tracked[1] ? tracking.get() : nullptr;
    for (std::size_t i = 0; i < packets.size(); ++i) group.parsed[i] = parse_frame(*packets[i]);
    if (group.tracking != nullptr) group.tracking->look_ahead(packets, group.connections);
    router().look_ahead(packets, group.routes);
    if (group.tracking != nullptr)
        group.tracking->ask_for_entries(std::span(group.connections).first(packets.size()));
}

// By groups: what each packet will need from memory is asked for while the lives of the group before it go
// on. None of that decides anything: the lives follow in the packets' order and are the same whatever the
// group.
void Engine::receive(std::span<Packet* const> batch) {
    Core& core = *core_;
    core.statistics.received += batch.size();
    const auto group_at = [&](std::size_t from) {
        const std::size_t begin = std::min(from, batch.size());
        return batch.subspan(begin, std::min(Group::most, batch.size() - begin));
    };
    // Three groups ahead the packets' records are on their way, two groups ahead their frames.
    for (Packet* packet : batch.first(std::min(3 * Group::most, batch.size()))) prefetch_record(*packet);
    for (Packet* packet : batch.first(std::min(2 * Group::most, batch.size())))
        __builtin_prefetch(packet->data);
    Group *now = &core.groups[0], *next = &core.groups[1];
    now->packets = group_at(0);
    core.prepare(*now);
    for (std::size_t at = 0; at < batch.size(); at += Group::most, std::swap(now, next)) {
        for (Packet* packet : group_at(at + 3 * Group::most)) prefetch_record(*packet);
        for (Packet* packet : group_at(at + 2 * Group::most)) __builtin_prefetch(packet->data);
        next->packets = group_at(at + Group::most);
        core.prepare(*next);
        for (std::size_t i = 0; i < now->packets.size(); ++i) core.arrive(*now->packets[i], *now, i);
    }
}

void Engine::send(std::span<Packet* const> batch) {
    for (Packet* packet : batch) {
        core_->clock(packet->time);
        ++core_->statistics.received;
        core_->originate(*packet, nullptr);
        core_->drain_emitted();
    }
}

// A frame from a device: for this station or not, an IP packet, an ARP request, or nothing we know.
void Engine::Core::arrive(Packet& packet, const Group& group, std::size_t place) {
    const Parsed& parsed = group.parsed[place];
    clock(packet.time);
    Passage passage(packet, services, Hook::prerouting, packet.in);
    passage.ahead = &group.routes[place];
    if (group.tracking != nullptr) passage.context.ahead = &group.connections[place];
    if (parsed.finding) {
        // A hop-by-hop option that wants its sender told is answered even though no hook sees the packet.
        stack::answer_unparsable(passage.context, parsed.finding);
        drop(passage, parsed.finding);
    } else if (const Finding unfit = stack::accept_link(packet, interface(packet.in), parsed.ethertype)) {
        drop(passage, unfit);
    } else if (!packet.flat.network) {
        stack::answer_arp(passage.context);
        passage.context.finding = {.reason = Reason::local_consumed};
        finish(passage, Disposition::consumed);
    } else {
        if (passage.context.traced()) [[unlikely]]
            passage.context.trace({.kind = TraceKind::arrival});
        live(passage, 0);
    }
    drain_emitted();
}

// Through the stages of the hook at hand, from `row` on. False when the packet's way ended or paused there.
inline bool Engine::Core::run_hook(Passage& passage, const Order::ByHook& hooks, std::size_t row) {
    const auto rows = hooks[static_cast<unsigned>(passage.context.hook)];
    for (; row < rows.size(); ++row) {
        const OrderRow& stage = rows[row];
        if (stage.reroutes) [[unlikely]] {
            if (!run_and_reroute(passage, row)) return false;
            continue;
        }
        const Verdict verdict = stage.run(stage.object, stage.argument, passage.context);
        if (verdict != Verdict::proceed) [[unlikely]]
            return end_hook(passage, verdict, row);
    }
    return true;
}

// A stage has spoken: the packet goes no further in this hook, at least for now.
bool Engine::Core::end_hook(Passage& passage, Verdict verdict, std::size_t row) {
    switch (verdict) {
        case Verdict::proceed: return true;
        case Verdict::drop: finish(passage, Disposition::dropped); break;
        case Verdict::stolen: succeed(passage, row + 1); break;
        case Verdict::suspend: suspend(passage, row); break;
    }
    return false;
}

// A stage of OUTPUT behind which the route is asked for again if what it was chosen by is another.
bool Engine::Core::run_and_reroute(Passage& passage, std::size_t row) {
    Context& context = passage.context;
    const OrderRow& stage = order.at(family_of(context.packet), context.hook)[row];
    const RouteChoice before = route_choice(context.packet);
    const Verdict verdict = stage.run(stage.object, stage.argument, context);
    return end_hook(passage, verdict, row) && reroute(passage, before);
}

// From the hook at hand on, behind `row` stages of it, to the packet's end.
void Engine::Core::live(Passage& passage, std::size_t row) {
    const Order::ByHook& hooks = order.of(family_of(passage.packet()));
    passage.context.route = &passage.route;
    for (;; row = 0) {
        if (!run_hook(passage, hooks, row)) return;
        switch (passage.context.hook) {
            case Hook::prerouting:
                if (!route_arrival(passage)) return;
                break;
            case Hook::input: return deliver(passage);
            case Hook::forward: pass_on(passage); break;
            case Hook::output:
                passage.context.out = passage.route.interface;
                passage.context.hook = Hook::postrouting;
                break;
            case Hook::postrouting: return depart(passage);
        }
    }
}

}  // namespace gatehouse

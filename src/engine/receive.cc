// The whole life of a packet, in the order in which it happens.
#include <algorithm>
#include <utility>

#include "engine/stages.h"

namespace gatehouse {

namespace {

// The lines of a packet's record that its way reads and writes.
void ask_for_record(const Packet& packet) {
    __builtin_prefetch(&packet);
    __builtin_prefetch(&packet.length);
}

}  // namespace

// The packets of a batch and, behind them, those of the next.
class Engine::Core::Line {
  public:
    Line(std::span<Packet* const> batch, std::span<Packet* const> coming) : batch_(batch), coming_(coming) {}

    std::size_t own_groups() const { return (batch_.size() + Group::most - 1) / Group::most; }
    std::span<Packet* const> group(std::size_t i) const {
        return batch_.subspan(i * Group::most, std::min(Group::most, batch_.size() - i * Group::most));
    }
    // What will be needed while the packet with this place is prepared, and those behind it, asked for a few
    // at a time: a burst of requests would wait for one another.
    [[gnu::always_inline]] void ask_ahead_of(std::size_t place) const {
        if (place + records_ahead < batch_.size()) [[likely]] {
            ask_for_record(*batch_[place + records_ahead]);
            __builtin_prefetch(batch_[place + frames_ahead]->data);
            return;
        }
        if (const Packet* far = at(place + records_ahead)) ask_for_record(*far);
        if (const Packet* near = at(place + frames_ahead)) __builtin_prefetch(near->data);
    }
    void ask_for_first() const {
        for (std::size_t i = 0; i < records_ahead; ++i)
            if (const Packet* packet = at(i)) ask_for_record(*packet);
        for (std::size_t i = 0; i < frames_ahead; ++i)
            if (const Packet* packet = at(i)) __builtin_prefetch(packet->data);
    }

  private:
    static constexpr std::size_t records_ahead = 32, frames_ahead = 16;

    [[gnu::always_inline]] const Packet* at(std::size_t i) const {
        if (i < batch_.size()) return batch_[i];
        i -= batch_.size();
        return i < coming_.size() ? coming_[i] : nullptr;
    }

    std::span<Packet* const> batch_, coming_;
};

// Reads the frames, and asks for what their packets will look up: the first node on the way to their route,
// and their connection's bucket.
void Engine::Core::read(Group& group, const Line& line, std::size_t number) {
    const auto packets = line.group(number);
    group.size = packets.size();
    group.tracking = tracked[0] || tracked[1] ? tracking.get() : nullptr;
    for (std::size_t i = 0; i < packets.size(); ++i) {
        line.ask_ahead_of(number * Group::most + i);
        Packet& packet = *packets[i];
        group.packets[i] = &packet;
        if (parse_plain_frame(packet)) [[likely]] {
            group.plain[i] = stack::accept_plainly(packet, interface(packet.in));
            if (!group.plain[i]) [[unlikely]]
                group.parsed[i] = {.ethertype = wire::ethertype::ipv4};
        } else {
            Parsed& parsed = group.parsed[i];
            parsed = parse_frame(packet);
            group.plain[i] =
                !parsed.finding && packet.flat.network && stack::accept_plainly(packet, interface(packet.in));
        }
        pathfinder.begin(packet.flat, group.routes[i]);
    }
    group.searching = true;
    if (group.tracking != nullptr) group.tracking->look_ahead(packets, group.connections);
}

// A step further on the way to the routes, while any of the group is on it.
inline void Engine::Core::step(Group& group, unsigned number) {
    if (!group.searching) return;
    group.searching =
        number == 1 ? route::Descent::recall(group.descents()) : route::Descent::step(group.descents());
}

// The routes are found and asked for, as are the entries that the connections' buckets name.
void Engine::Core::look_up(Group& group) {
    route::Descent::finish(group.descents());
    if (group.tracking != nullptr)
        group.tracking->ask_for_entries(std::span(group.packets).first(group.size), group.connections);
}

void Engine::send(std::span<Packet* const> batch) {
    for (Packet* packet : batch) {
        core_->clock(packet->time);
        ++core_->statistics.received;
        core_->originate(*packet, nullptr);
        core_->drain_emitted();
    }
}

// Through the stages of the hook at hand, from `row` on. False when the packet's way ended or paused there.
[[gnu::always_inline]] inline bool Engine::Core::run_hook(Passage& passage, const Order::ByHook& hooks,
                                                          std::size_t row) {
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

// From the hook at hand on, behind `row` stages of it, to the packet's end.
[[gnu::always_inline]] inline void Engine::Core::live_on(Passage& passage, std::size_t row) {
    const Order::ByHook& hooks = order.of(family_of(passage.packet()));
    Context& context = passage.context;
    context.route = &passage.route;
    if (context.hook == Hook::prerouting) {
        if (!run_hook(passage, hooks, row) || !route_arrival(passage)) return;
        row = 0;
    }
    if (context.hook == Hook::input) {
        if (run_hook(passage, hooks, row)) deliver(passage);
        return;
    }
    if (context.hook != Hook::postrouting) {
        if (!run_hook(passage, hooks, row)) return;
        context.hook == Hook::forward ? pass_on(passage) : set_out(passage);
        row = 0;
    }
    if (run_hook(passage, hooks, row)) depart(passage);
}

void Engine::Core::live(Passage& passage, std::size_t row) { live_on(passage, row); }

// A frame from a device: for this station or not, an IP packet, an ARP request, or nothing we know.
[[gnu::always_inline]] inline void Engine::Core::arrive(Packet& packet, const Group& group,
                                                        std::size_t place) {
    clock(packet.time);
    Passage passage(packet, services, Hook::prerouting, packet.in);
    passage.ahead = &group.routes[place];
    if (group.tracking != nullptr) passage.context.ahead = &group.connections[place];
    if (group.plain[place] || accept_unlike_most(passage, group.parsed[place])) {
        if (passage.context.traced()) [[unlikely]]
            passage.context.trace({.kind = TraceKind::arrival});
        live_on(passage, 0);
    }
    drain_emitted();
}

void Engine::Core::live(Group& group) {
    for (std::size_t i = 0; i < group.size; ++i) arrive(*group.packets[i], group, i);
}

// By groups, several under way at a time: what a packet will need from memory is asked for a group's life or
// more before it is needed. None of that decides anything: the lives follow in the packets' order and are the
// same whatever the groups.
void Engine::receive(std::span<Packet* const> batch, std::span<Packet* const> coming) {
    Core& core = *core_;
    core.statistics.received += batch.size();
    constexpr unsigned steps = route::Descent::steps_to_most;
    static_assert(Core::preparations == steps + 3);
    const Core::Line line(batch, coming);
    const std::size_t groups = line.own_groups();
    const auto under_way = [&](std::size_t i) -> Group& { return core.groups[i % core.groups.size()]; };
    const auto is_own = [&](std::size_t i) { return i < groups; };  // false, too, of those before 0
    if (batch.data() != core.announced) line.ask_for_first();
    core.announced = coming.data();
    for (std::size_t i = 0; i < groups + Core::preparations; ++i) {
        if (is_own(i)) core.read(under_way(i), line, i);
        for (unsigned n = 1; n <= steps; ++n) {
            if (is_own(i - n)) core.step(under_way(i - n), n);
        }
        if (is_own(i - steps - 1)) core.look_up(under_way(i - steps - 1));
        if (is_own(i - steps - 2)) core.pathfinder.ask_for_neighbours(under_way(i - steps - 2).descents());
        if (is_own(i - steps - 3)) core.live(under_way(i - steps - 3));
    }
}

// A stage has spoken: the packet goes no further in this hook, at least for now.
[[gnu::noinline]] bool Engine::Core::end_hook(Passage& passage, Verdict verdict, std::size_t row) {
    switch (verdict) {
        case Verdict::proceed: return true;
        case Verdict::drop: finish(passage, Disposition::dropped); break;
        case Verdict::stolen: succeed(passage, row + 1); break;
        case Verdict::suspend: suspend(passage, row); break;
        case Verdict::crossed: go_on_across(passage, row); break;
    }
    return false;
}

// A stage of OUTPUT behind which the route is asked for again if what it was chosen by is another.
[[gnu::noinline]] bool Engine::Core::run_and_reroute(Passage& passage, std::size_t row) {
    Context& context = passage.context;
    const OrderRow& stage = order.at(family_of(context.packet), context.hook)[row];
    const RouteChoice before = route_choice(context.packet);
    const Verdict verdict = stage.run(stage.object, stage.argument, context);
    return end_hook(passage, verdict, row) && reroute(passage, before);
}

}  // namespace gatehouse

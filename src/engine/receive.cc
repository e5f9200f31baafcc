// The whole life of a packet, in the order in which it happens.
#include "engine/core.h"

namespace gatehouse {

namespace {

// Packets looked at together: as many as hide one another's cache misses.
constexpr std::size_t sub_batch = 16;

}  // namespace

void Engine::receive(std::span<Packet* const> batch) {
    Core& core = *core_;
    core.statistics.received += batch.size();
    std::array<Parsed, sub_batch> parsed;
    while (!batch.empty()) {
        const auto group = batch.first(std::min(batch.size(), sub_batch));
        batch = batch.subspan(group.size());
        for (Packet* packet : group) __builtin_prefetch(packet->data);
        for (std::size_t i = 0; i < group.size(); ++i) {
            parsed[i] = parse_frame(*group[i]);
            const Flat& flat = group[i]->flat;
            if (flat.network) core.router().prefetch(flat.family, flat.destination);
        }
        for (std::size_t i = 0; i < group.size(); ++i) core.arrive(*group[i], parsed[i]);
        for (Packet* next : batch.first(std::min(batch.size(), sub_batch))) __builtin_prefetch(next);
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

// From the hook at hand on, behind `row` stages of it, to the packet's end.
void Engine::Core::live(Passage& passage, std::size_t row) {
    for (;; row = 0) {
        if (!run_hook(passage, row)) return;
        switch (passage.context.hook) {
            case Hook::prerouting:
                if (!route_arrival(passage)) return;
                break;
            case Hook::input: return deliver(passage);
            case Hook::forward: passage.context.hook = Hook::postrouting; break;
            case Hook::output:
                if (!reroute(passage)) return;
                passage.context.hook = Hook::postrouting;
                break;
            case Hook::postrouting: return depart(passage);
        }
    }
}

}  // namespace gatehouse

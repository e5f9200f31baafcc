// The whole life of a packet, in the order in which it happens.
#include <algorithm>
#include <array>

#include "engine/core.h"

namespace gatehouse {

namespace {

// Packets looked at together: as many as hide one another's cache misses.
constexpr std::size_t sub_batch = 16;
constexpr std::size_t cache_line = 64;

void prefetch_packet(const Packet& packet) {
    const auto* const at = reinterpret_cast<const char*>(&packet);
    for (std::size_t line = 0; line < sizeof(Packet); line += cache_line) __builtin_prefetch(at + line);
}

}  // namespace

void Engine::receive(std::span<Packet* const> batch) {
    Core& core = *core_;
    core.statistics.received += batch.size();
    std::array<Parsed, sub_batch> parsed;
    const auto group_at = [&](std::size_t from) {
        const std::size_t begin = std::min(from, batch.size());
        return batch.subspan(begin, std::min(sub_batch, batch.size() - begin));
    };
    for (Packet* packet : group_at(0)) prefetch_packet(*packet);
    for (Packet* packet : group_at(sub_batch)) prefetch_packet(*packet);
    for (Packet* packet : group_at(0)) __builtin_prefetch(packet->data);
    for (std::size_t at = 0; at < batch.size(); at += sub_batch) {
        const auto group = group_at(at);
        // Two groups ahead the packets' records are on their way, one group ahead their frames.
        for (Packet* packet : group_at(at + 2 * sub_batch)) prefetch_packet(*packet);
        for (Packet* packet : group_at(at + sub_batch)) __builtin_prefetch(packet->data);
        for (std::size_t i = 0; i < group.size(); ++i) {
            parsed[i] = parse_frame(*group[i]);
            const Flat& flat = group[i]->flat;
            if (flat.network) core.router().prefetch(flat.family, flat.destination);
        }
        for (std::size_t i = 0; i < group.size(); ++i) core.arrive(*group[i], parsed[i]);
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

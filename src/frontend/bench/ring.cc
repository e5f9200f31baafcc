#include "frontend/bench/ring.h"

#include <algorithm>
#include <ctime>
#include <numeric>

#include "base/random.h"

namespace gatehouse::frontend::bench {

double now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double thread_time() {
    timespec t{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

Figures figures_of(std::vector<double> rounds) {
    std::ranges::sort(rounds);
    return {rounds[rounds.size() / 2], rounds.front(), rounds.back()};
}

Ring::Ring() : pool_(std::size_t{frames} * buffer_size), places_(frames), said_(frames) {
    pool_.prepare(0, pool_.size());
    std::iota(places_.begin(), places_.end(), 0);
    Random random(3);
    for (std::uint32_t i = frames - 1; i > 0; --i) std::swap(places_[i], places_[random.below(i + 1)]);
    for (Batch& b : batches_)
        std::ranges::transform(b.records, b.packets.begin(), [](Packet& record) { return &record; });
}

void Ring::fill(Batch& into, std::size_t first) {
    for (std::size_t i = 0; i < batch; ++i) {
        std::uint8_t* const at = buffer(first + i);
        const Said& said = said_[first + i];
        into.records[i] = {
            .data = at + headroom,
            .length = said.length,
            .in = said.in,
            .checksum = said.checksum,
            .time = said.time,
            .buffer = at,
            .capacity = buffer_size,
        };
    }
}

}  // namespace gatehouse::frontend::bench

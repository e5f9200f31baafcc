// Frames as a device's ring holds them, and a clock around what is done with them.
//
// 65,536 frames in buffers that together are larger than any L2 cache, in random order, described by the few
// Packet records of two batches, the one at hand and the next, which are filled anew each time. That is the
// device's work and is done while the clock stands still; it doesn't touch the frame, so that receive() finds
// it as cold as before.
#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <span>
#include <vector>

#include "base/reservation.h"
#include "packet/packet.h"

namespace gatehouse::frontend::bench {

// Nanoseconds a packet over several rounds.
struct Figures {
    double median = 0, low = 0, high = 0;
};
Figures figures_of(std::vector<double> rounds);

// Seconds from any start.
double now();
// Seconds that this thread has run: what else the machine does meanwhile doesn't count. A system call.
double thread_time();

class Ring {
  public:
    static constexpr std::uint32_t frames = 65'536;
    static constexpr std::size_t batch = 64;
    static constexpr std::size_t longest = 128;

    Ring();

    // What the device says of a frame.
    struct Said {
        std::uint16_t length = 0;
        InterfaceId in = InterfaceId::none;
        ChecksumState checksum = ChecksumState::unknown;
        Time time{};
    };
    // Frame number `i` of the next round: room for `longest` bytes, and what there is to say of it.
    std::uint8_t* frame(std::size_t i) { return buffer(i) + headroom; }
    Said& said(std::size_t i) { return said_[i]; }

    // The first `count` frames (a multiple of the batch) once, by batches: seconds spent in `work(batch of
    // packets, the batch after it)`, by `clock`. Behind each batch, `between(seconds that it took)`.
    template <class Work, class Between>
    double once(std::size_t count, double (*clock)(), Work&& work, Between&& between) {
        double spent = 0;
        Batch *now = &batches_[0], *next = &batches_[1];
        fill(*now, 0);
        for (std::size_t at = 0; at < count; at += batch, std::swap(now, next)) {
            const bool more = at + batch < count;
            if (more) fill(*next, at + batch);
            const double start = clock();
            work(now->all(), more ? next->all() : std::span<Packet* const>());
            const double took = clock() - start;
            spent += took;
            between(took);
        }
        return spent;
    }
    template <class Work>
    double once(std::size_t count, Work&& work) {
        return once(count, now, work, [](double) {});
    }

  private:
    static constexpr std::uint32_t headroom = 128, buffer_size = 256;

    std::uint8_t* buffer(std::size_t i) {
        return reinterpret_cast<std::uint8_t*>(pool_.data()) + std::size_t{places_[i]} * buffer_size;
    }
    struct Batch {
        std::array<Packet, batch> records;
        std::array<Packet*, batch> packets;
        std::span<Packet* const> all() const { return packets; }
    };
    void fill(Batch& into, std::size_t first);

    Reservation pool_;                   // on huge pages, as a ring's buffers are
    std::vector<std::uint32_t> places_;  // which buffer holds which frame
    std::vector<Said> said_;
    std::array<Batch, 2> batches_;
};

}  // namespace gatehouse::frontend::bench

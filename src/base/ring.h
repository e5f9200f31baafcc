// A bounded queue from one thread to another: never waits, never allocates after construction.
#pragma once
#include <algorithm>
#include <atomic>
#include <bit>
#include <cstdint>
#include <vector>

namespace gatehouse {

template <class T>
class Ring {
  public:
    // Room for `room` items, rounded up to a power of two.
    explicit Ring(std::uint32_t room) : items_(std::bit_ceil(room)) {}

    // The place for the next item, to be filled in and then posted; nullptr when the ring is full. The
    // writing thread's.
    T* next() {
        const std::uint32_t written = written_.load(std::memory_order_relaxed);
        if (written - read_.load(std::memory_order_acquire) == items_.size()) return nullptr;
        return &items_[written & (items_.size() - 1)];
    }
    void post() { written_.store(written_.load(std::memory_order_relaxed) + 1, std::memory_order_release); }

    // Hands out at most `most` items, the oldest first; returns how many. The reading thread's.
    template <class Take>
    std::uint32_t drain(std::uint32_t most, Take&& take) {
        const std::uint32_t read = read_.load(std::memory_order_relaxed);
        const std::uint32_t there = std::min(most, written_.load(std::memory_order_acquire) - read);
        for (std::uint32_t i = 0; i < there; ++i) {
            take(items_[(read + i) & (items_.size() - 1)]);
            read_.store(read + i + 1, std::memory_order_release);
        }
        return there;
    }

    std::uint32_t room() const { return static_cast<std::uint32_t>(items_.size()); }

  private:
    std::vector<T> items_;
    alignas(64) std::atomic<std::uint32_t> written_ = 0;
    alignas(64) std::atomic<std::uint32_t> read_ = 0;
};

}  // namespace gatehouse

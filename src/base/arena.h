// A bounded array whose places are taken and given back by index, in memory that is ready before it is
// needed.
//
// One thread owns an arena. Another may call maintain() meanwhile (one at a time); so the packet path takes
// places without a page fault as long as maintenance keeps ahead. When it is late, a place is taken all the
// same, and counted.
#pragma once
#include <algorithm>
#include <atomic>
#include <cassert>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "base/prefetch.h"
#include "base/reservation.h"

namespace gatehouse {

template <class T>
class Arena {
    static_assert(std::is_trivially_destructible_v<T> && sizeof(T) >= sizeof(std::uint32_t));

  public:
    static constexpr std::uint32_t none = 0xffffffff;

    // Room for `limit` places. Throws std::bad_alloc when the address space can't be reserved.
    explicit Arena(std::uint32_t limit) : memory_(limit * sizeof(T)), limit_(limit) {}

    T& operator[](std::uint32_t i) { return data()[i]; }
    const T& operator[](std::uint32_t i) const { return data()[i]; }

    // A free place, the one given back last first; `none` when all are taken. Its bytes are as they were left
    // (zero at first), but for the first four.
    std::uint32_t take() {
        std::uint32_t i = free_;
        const std::uint32_t opened = opened_.load(std::memory_order_relaxed);
        if (i != none) {
            std::memcpy(&free_, &data()[i], sizeof free_);
            if (free_ != none) prefetch_for_writing(&data()[free_]);
        } else {
            i = opened;
            if (i == limit_) return none;
            if (i >= ready_.load(std::memory_order_relaxed)) ++late_;
            opened_.store(opened + 1, std::memory_order_relaxed);
        }
        used_.store(used() + 1, std::memory_order_relaxed);
        return i;
    }
    // Takes the first `count` places at once, before any other.
    void open(std::uint32_t count) {
        assert(opened() == 0 && count <= limit_);
        opened_.store(count, std::memory_order_relaxed);
        used_.store(count, std::memory_order_relaxed);
    }
    void give_back(std::uint32_t i) {
        assert(i < opened());
        std::memcpy(static_cast<void*>(&data()[i]), &free_, sizeof free_);
        free_ = i;
        used_.store(used() - 1, std::memory_order_relaxed);
    }

    // Makes memory ready so that `ahead` more places can be taken without a fault: at most a slab of 2 MiB in
    // one call. True: there is more to do.
    bool maintain(std::uint32_t ahead) {
        const std::uint64_t opened = opened_.load(std::memory_order_relaxed);
        const std::uint64_t wanted =
            std::min<std::uint64_t>(limit_, std::max(opened, used() + std::uint64_t{ahead}));
        if (ready_.load(std::memory_order_relaxed) >= wanted) return false;
        const std::size_t to = std::min(prepared_ + Reservation::slab, memory_.size());
        memory_.prepare(prepared_, to);
        prepared_ = to;
        const std::uint64_t ready = std::min<std::uint64_t>(limit_, prepared_ / sizeof(T));
        ready_.store(static_cast<std::uint32_t>(ready), std::memory_order_relaxed);
        return ready < wanted;
    }

    std::uint32_t limit() const { return limit_; }
    std::uint32_t used() const { return used_.load(std::memory_order_relaxed); }
    // Places that have ever been taken: all of those below this index, none from it on.
    std::uint32_t opened() const { return opened_.load(std::memory_order_relaxed); }
    // Bytes that maintain() has made ready.
    std::size_t prepared() const { return prepared_; }
    // Places taken before maintain() had made them ready.
    std::uint64_t late() const { return late_; }

  private:
    T* data() const { return reinterpret_cast<T*>(memory_.data()); }

    Reservation memory_;
    std::uint32_t limit_;
    std::uint32_t free_ =
        none;  // the first of the free places, each of which begins with the next one's index
    std::atomic<std::uint32_t> opened_ = 0, used_ = 0;  // written by the owner alone
    std::atomic<std::uint32_t> ready_ = 0;              // written by maintain() alone
    std::size_t prepared_ = 0;
    std::uint64_t late_ = 0;
};

}  // namespace gatehouse

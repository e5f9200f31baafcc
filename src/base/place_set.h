// A set of small numbers in which the next member from any number on is found at once, however far away:
// a bit for each number, and above each word of bits one that says whether there is any in it.
//
// Memory as an arena's: reserved for all numbers at the beginning, and ready where maintain() has come to.
// One thread owns a set; another may call maintain() meanwhile.
#pragma once
#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>

#include "base/prefetch.h"
#include "base/reservation.h"

namespace gatehouse {

class PlaceSet {
  public:
    static constexpr std::uint32_t none = 0xffffffff;

    // Of numbers below `limit`, which is at most 2^30. Throws std::bad_alloc when the address space can't be
    // reserved.
    explicit PlaceSet(std::uint32_t limit) : PlaceSet(first_words(limit)) {}

    bool contains(std::uint32_t n) const { return (level(0)[n / 64] >> n % 64 & 1) != 0; }
    void insert(std::uint32_t n) {
        for (unsigned i = 0; i < levels; ++i, n /= 64) {
            std::uint64_t& word = level(i)[n / 64];
            const bool known = word != 0;
            word |= std::uint64_t{1} << n % 64;
            if (known) return;
        }
    }
    void erase(std::uint32_t n) {
        for (unsigned i = 0; i < levels; ++i, n /= 64) {
            std::uint64_t& word = level(i)[n / 64];
            word &= ~(std::uint64_t{1} << n % 64);
            if (word != 0) return;
        }
    }
    // The least member that isn't below `n`; `none` if there is none.
    std::uint32_t next(std::uint32_t n) const {
        std::uint64_t at = n;
        for (unsigned i = 0; i < levels; ++i) {
            if (at / 64 >= words_[i]) return none;
            const std::uint64_t left = level(i)[at / 64] >> at % 64;
            if (left != 0) return down(i, static_cast<std::uint32_t>(at) + ones_below(left));
            at = at / 64 + 1;
        }
        return none;
    }
    void prefetch(std::uint32_t n) const { gatehouse::prefetch(&level(0)[n / 64]); }

    // Makes the memory for numbers below `n` ready: at most a slab in one call. True: there is more to do.
    bool maintain(std::uint32_t n) {
        // The upper levels, which stand first, and as much of the lowest as `n` asks for.
        const std::size_t wanted = (start_[0] + std::min<std::size_t>(n / 64 + 1, words_[0])) * 8;
        if (ready_ >= wanted) return false;
        const std::size_t to = std::min(ready_ + Reservation::slab, memory_.size());
        memory_.prepare(ready_, to);
        ready_ = to;
        return ready_ < wanted;
    }

  private:
    static constexpr unsigned levels = 5;  // 64^5 is 2^30

    using Sizes = std::array<std::size_t, levels>;
    static Sizes first_words(std::uint32_t limit) {
        Sizes words{};
        std::size_t numbers = limit;
        for (std::size_t& w : words) {
            w = (numbers + 63) / 64;
            numbers = w;
        }
        return words;
    }
    explicit PlaceSet(const Sizes& words) : memory_(sum(words) * 8), words_(words) {
        for (unsigned i = levels, at = 0; i-- > 0;) {
            start_[i] = at;
            at += static_cast<unsigned>(words[i]);
        }
    }
    static std::size_t sum(const Sizes& words) {
        std::size_t total = 0;
        for (const std::size_t w : words) total += w;
        return total;
    }
    static unsigned ones_below(std::uint64_t word) { return static_cast<unsigned>(std::countr_zero(word)); }

    std::uint64_t* level(unsigned i) const {
        return reinterpret_cast<std::uint64_t*>(memory_.data()) + start_[i];
    }
    // The first member below the bit `at` of level `i`.
    std::uint32_t down(unsigned i, std::uint32_t at) const {
        while (i-- > 0) at = at * 64 + ones_below(level(i)[at]);
        return at;
    }

    Reservation memory_;
    Sizes words_, start_{};
    std::size_t ready_ = 0;
};

}  // namespace gatehouse

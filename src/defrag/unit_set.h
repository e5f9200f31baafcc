// A set of places in a datagram, in the units of eight bytes that fragments are counted in.
#pragma once
#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace gatehouse::defrag {

class UnitSet {
  public:
    static constexpr std::uint32_t units = 65'536 / 8;

    // Ranges are [from, to), to <= units.
    void set(std::uint32_t from, std::uint32_t to) {
        each_word(from, to, [&](std::size_t word, std::uint64_t mask) {
            words_[word] |= mask;
            return true;
        });
    }
    bool any(std::uint32_t from, std::uint32_t to) const {
        return !each_word(from, to,
                          [&](std::size_t word, std::uint64_t mask) { return (words_[word] & mask) == 0; });
    }
    bool all(std::uint32_t from, std::uint32_t to) const {
        return each_word(from, to,
                         [&](std::size_t word, std::uint64_t mask) { return (words_[word] & mask) == mask; });
    }
    // The first member from `from` on; `units` if there is none.
    std::uint32_t next(std::uint32_t from) const {
        for (std::size_t word = from / 64; word < words_.size(); ++word) {
            const std::uint64_t rest =
                words_[word] & (word == from / 64 ? ~std::uint64_t{0} << from % 64 : ~0);
            if (rest != 0) return static_cast<std::uint32_t>(word * 64) + std::countr_zero(rest);
        }
        return units;
    }

  private:
    // Calls `look(word, mask)` for each word that the range touches, until one says false.
    template <class Look>
    static bool each_word(std::uint32_t from, std::uint32_t to, Look look) {
        while (from < to) {
            const std::uint32_t end = std::min(to, (from / 64 + 1) * 64);
            const std::uint32_t count = end - from;
            const std::uint64_t ones = count == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
            if (!look(from / 64, ones << from % 64)) return false;
            from = end;
        }
        return true;
    }
    std::array<std::uint64_t, units / 64> words_{};
};

}  // namespace gatehouse::defrag

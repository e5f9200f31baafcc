// The routes that the last destinations had: what a search down the table says of them, in one cache line.
//
// An index beside the table, never a second truth: whoever changes the table has it forget. Its size is
// fixed, and what it doesn't know is searched for, so that nobody gains by sending to many destinations but
// that each costs a search. One engine's.
#pragma once
#include <cstdint>
#include <vector>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/prefetch.h"
#include "wire/address.h"

namespace gatehouse::route {

class DestinationCache {
  public:
    // 1 MiB for IPv4 (114,688 destinations), 2 MiB for IPv6 (98,304); throws std::bad_alloc.
    explicit DestinationCache(Family family);

    // Of everything; at no cost now.
    void forget();

    // Where an address would be: asks the processor's cache for it.
    const void* ask(const Address& address) const {
        const void* const line = fours_.empty()
                                     ? static_cast<const void*>(&sixes_[hash6(address) >> (64 - bits6)])
                                     : &fours_[hash4(address) >> (32 - bits4)];
        prefetch(line);
        return line;
    }
    // The alias that was remembered for an address, which stands here if anywhere; 0: none.
    std::uint32_t known4(const void* line, const Address& address) const;
    std::uint32_t known6(const void* line, const Address& address) const;
    // In place of whatever is there, if it is full. `alias` isn't 0.
    void remember(const Address& address, std::uint32_t alias);

    std::size_t bytes() const { return (fours_.size() + sixes_.size()) * 64; }

  private:
    static constexpr unsigned bits4 = 14, bits6 = 15;  // of the number of lines
    static constexpr unsigned ways4 = 7, ways6 = 3;

    struct alignas(64) Four {
        std::uint32_t addresses[ways4 + 1];  // the last isn't used
        std::uint32_t aliases[ways4];        // 0: empty
        std::uint32_t generation;
    };
    struct alignas(64) Six {
        Address addresses[ways6];
        std::uint32_t aliases[ways6];
        std::uint32_t generation;
    };
    static_assert(sizeof(Four) == 64 && sizeof(Six) == 64);

    static std::uint32_t hash4(const Address& a) { return a.words[0] * 0x9e3779b1u; }
    static std::uint64_t hash6(const Address& a) {
        const auto& w = a.words;
        const std::uint64_t high = std::uint64_t{w[0]} << 32 | w[1], low = std::uint64_t{w[2]} << 32 | w[3];
        return (high * 0x9e3779b97f4a7c15 ^ low) * 0xff51afd7ed558ccd;
    }
    void put(auto& line, const auto& address, std::uint32_t alias, unsigned any) const;

    std::vector<Four> fours_;  // of the two, the family's
    std::vector<Six> sixes_;
    std::uint32_t generation_ = 1;
};

inline std::uint32_t DestinationCache::known4(const void* line, const Address& address) const {
    const Four& four = *static_cast<const Four*>(line);
    if (four.generation != generation_) return 0;
    const std::uint32_t wanted = address.words[0];
#ifdef __SSE2__
    const __m128i all = _mm_set1_epi32(static_cast<int>(wanted));
    const auto equal = [&](unsigned from) {
        return _mm_cmpeq_epi32(_mm_load_si128(reinterpret_cast<const __m128i*>(four.addresses + from)), all);
    };
    const __m128i both = _mm_packs_epi16(_mm_packs_epi32(equal(0), equal(4)), _mm_setzero_si128());
    const unsigned found = static_cast<unsigned>(_mm_movemask_epi8(both)) & ((1u << ways4) - 1);
    return found == 0 ? 0 : four.aliases[__builtin_ctz(found)];
#else
    for (unsigned i = 0; i < ways4; ++i) {
        if (four.addresses[i] == wanted) return four.aliases[i];
    }
    return 0;
#endif
}

inline std::uint32_t DestinationCache::known6(const void* line, const Address& address) const {
    const Six& six = *static_cast<const Six*>(line);
    if (six.generation != generation_) return 0;
    for (unsigned i = 0; i < ways6; ++i) {
        if (six.addresses[i] == address) return six.aliases[i];
    }
    return 0;
}

}  // namespace gatehouse::route

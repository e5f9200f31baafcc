#include "rules/spine_scan.h"

#ifdef __x86_64__
#include <immintrin.h>
#endif

namespace gatehouse::rules {

namespace {

constexpr unsigned group = Chunk::group_rules;

// Each set of lanes answers, for the 16 rules of every group, which of them admit the packet: a bit a rule.
// Plain is the definition.
struct Plain {
    static bool common(const Chunk& chunk, const PacketKey& key) {
        std::uint32_t wrong = 0;
        for (unsigned i = 0; i < key_word::narrow; ++i)
            wrong |= (key.words[i] ^ chunk.value[i]) & chunk.mask[i] & key.live[i];
        for (unsigned i = key_word::narrow; i < key_word::count; ++i)
            wrong |= (key.words[i] ^ chunk.value[i]) & chunk.mask[i];
        return wrong == 0;
    }
    static std::uint64_t words(const std::uint32_t* values, unsigned groups, std::uint32_t key) {
        std::uint64_t found = 0;
        for (unsigned i = 0; i < groups * group; ++i) found |= std::uint64_t{values[i] == key} << i;
        return found;
    }
    static std::uint64_t masked(const std::uint32_t* values, unsigned groups, std::uint32_t key) {
        const std::uint32_t* const masks = values + groups * group;
        std::uint64_t found = 0;
        for (unsigned i = 0; i < groups * group; ++i)
            found |= std::uint64_t{values[i] == (key & masks[i])} << i;
        return found;
    }
    static std::uint64_t halves(const std::uint16_t* values, unsigned groups, std::uint16_t key) {
        std::uint64_t found = 0;
        for (unsigned i = 0; i < groups * group; ++i) found |= std::uint64_t{values[i] == key} << i;
        return found;
    }
    static std::uint64_t spans(const std::uint16_t* lows, unsigned groups, std::uint16_t key) {
        const std::uint16_t* const widths = lows + groups * group;
        std::uint64_t found = 0;
        for (unsigned i = 0; i < groups * group; ++i)
            found |= std::uint64_t{static_cast<std::uint16_t>(key - lows[i]) <= widths[i]} << i;
        return found;
    }
};

// Inlined into a function for one kind of processor, and the lanes' functions into it there.
template <class Lanes>
[[gnu::always_inline]] inline std::uint64_t candidates(const Chunk& chunk, const PacketKey& key) {
    if (!Lanes::common(chunk, key)) return 0;
    std::uint64_t left = chunk.alive;
    const unsigned groups = chunk.groups;
    for (unsigned i = 0; i < chunk.columns_used && left != 0; ++i) {
        const Column& c = chunk.columns[i];
        if (c.kind == Column::Kind::word) {
            left &= Lanes::words(chunk.column<std::uint32_t>(c), groups, key.words[c.field] & c.mask);
        } else if (c.kind == Column::Kind::word_mask) {
            left &= Lanes::masked(chunk.column<std::uint32_t>(c), groups, key.words[c.field]);
        } else if ((key.skip >> c.field & 1) != 0) {
            continue;
        } else if (c.kind == Column::Kind::half) {
            left &= Lanes::halves(chunk.column<std::uint16_t>(c), groups, key.half[c.field]);
        } else {
            left &= Lanes::spans(chunk.column<std::uint16_t>(c), groups, key.half[c.field]);
        }
    }
    return left;
}

template <class Lanes>
[[gnu::always_inline]] inline const Chunk* scan_by(const Chunk* chunk, const PacketKey& key,
                                                   std::uint64_t& found) {
    for (; chunk != nullptr; chunk = chunk->following()) {
        found = candidates<Lanes>(*chunk, key);
        if (found != 0) return chunk;
    }
    return nullptr;
}

const Chunk* scan_plain(const Chunk* chunk, const PacketKey& key, std::uint64_t& found) {
    return scan_by<Plain>(chunk, key, found);
}

#ifdef __x86_64__

// Most chunks hold no candidate: the lanes are first or-ed together, and told apart only when some is set.
struct Sse2 {
    static __m128i load(const void* p) { return _mm_loadu_si128(static_cast<const __m128i*>(p)); }

    static bool common(const Chunk& chunk, const PacketKey& key) {
        const auto wrong = [&](unsigned i) {
            return _mm_and_si128(_mm_xor_si128(load(&key.words[i]), load(&chunk.value[i])),
                                 load(&chunk.mask[i]));
        };
        __m128i any = _mm_or_si128(_mm_and_si128(wrong(0), load(&key.live[0])),
                                   _mm_and_si128(wrong(4), load(&key.live[4])));
        if (key.wide) any = _mm_or_si128(any, wrong(8));
        return _mm_movemask_epi8(_mm_cmpeq_epi32(any, _mm_setzero_si128())) == 0xffff;
    }
    // `one(i)` compares the four rules from `i` on.
    template <class One>
    static std::uint64_t fours(unsigned rules, One one) {
        __m128i any = _mm_setzero_si128();
        for (unsigned i = 0; i < rules; i += 8) any = _mm_or_si128(any, _mm_or_si128(one(i), one(i + 4)));
        if (_mm_movemask_epi8(any) == 0) return 0;
        std::uint64_t found = 0;
        for (unsigned i = 0; i < rules; i += group) {
            const __m128i low = _mm_packs_epi32(one(i), one(i + 4));
            const __m128i high = _mm_packs_epi32(one(i + 8), one(i + 12));
            found |= static_cast<std::uint64_t>(_mm_movemask_epi8(_mm_packs_epi16(low, high))) << i;
        }
        return found;
    }
    // `one(i)` compares the eight rules from `i` on.
    template <class One>
    static std::uint64_t eights(unsigned rules, One one) {
        __m128i any = _mm_setzero_si128();
        for (unsigned i = 0; i < rules; i += group) any = _mm_or_si128(any, _mm_or_si128(one(i), one(i + 8)));
        if (_mm_movemask_epi8(any) == 0) return 0;
        std::uint64_t found = 0;
        for (unsigned i = 0; i < rules; i += group) {
            const __m128i both = _mm_packs_epi16(one(i), one(i + 8));
            found |= static_cast<std::uint64_t>(_mm_movemask_epi8(both)) << i;
        }
        return found;
    }

    static std::uint64_t words(const std::uint32_t* values, unsigned groups, std::uint32_t key) {
        const __m128i k = _mm_set1_epi32(static_cast<int>(key));
        return fours(groups * group, [=](unsigned i) { return _mm_cmpeq_epi32(load(values + i), k); });
    }
    static std::uint64_t masked(const std::uint32_t* values, unsigned groups, std::uint32_t key) {
        const __m128i k = _mm_set1_epi32(static_cast<int>(key));
        const std::uint32_t* const masks = values + groups * group;
        return fours(groups * group, [=](unsigned i) {
            return _mm_cmpeq_epi32(load(values + i), _mm_and_si128(load(masks + i), k));
        });
    }
    static std::uint64_t halves(const std::uint16_t* values, unsigned groups, std::uint16_t key) {
        const __m128i k = _mm_set1_epi16(static_cast<short>(key));
        return eights(groups * group, [=](unsigned i) { return _mm_cmpeq_epi16(load(values + i), k); });
    }
    static std::uint64_t spans(const std::uint16_t* lows, unsigned groups, std::uint16_t key) {
        const __m128i k = _mm_set1_epi16(static_cast<short>(key));
        const std::uint16_t* const widths = lows + groups * group;
        return eights(groups * group, [=](unsigned i) {
            const __m128i over = _mm_subs_epu16(_mm_sub_epi16(k, load(lows + i)), load(widths + i));
            return _mm_cmpeq_epi16(over, _mm_setzero_si128());
        });
    }
};

#define GATEHOUSE_AVX2 __attribute__((target("avx2")))

struct Avx2 {
    GATEHOUSE_AVX2 static __m256i load(const void* p) {
        return _mm256_loadu_si256(static_cast<const __m256i*>(p));
    }
    // Of sixteen rules' comparisons in 16-bit lanes, a bit each.
    GATEHOUSE_AVX2 static std::uint64_t bits(__m256i lanes) {
        return static_cast<std::uint32_t>(_mm_movemask_epi8(
            _mm_packs_epi16(_mm256_castsi256_si128(lanes), _mm256_extracti128_si256(lanes, 1))));
    }
    // Of eight rules' comparisons in 32-bit lanes.
    GATEHOUSE_AVX2 static std::uint64_t bits_of_eight(__m256i lanes) {
        return static_cast<std::uint32_t>(_mm256_movemask_ps(_mm256_castsi256_ps(lanes)));
    }

    GATEHOUSE_AVX2 static bool common(const Chunk& chunk, const PacketKey& key) {
        const __m256i wrong =
            _mm256_and_si256(_mm256_and_si256(_mm256_xor_si256(load(&key.words[0]), load(&chunk.value[0])),
                                              load(&chunk.mask[0])),
                             load(&key.live[0]));
        if (_mm256_testz_si256(wrong, wrong) == 0) return false;
        if (!key.wide) return true;
        const __m128i rest =
            _mm_and_si128(_mm_xor_si128(Sse2::load(&key.words[8]), Sse2::load(&chunk.value[8])),
                          Sse2::load(&chunk.mask[8]));
        return _mm_testz_si128(rest, rest) != 0;
    }
    GATEHOUSE_AVX2 static std::uint64_t words(const std::uint32_t* values, unsigned groups,
                                              std::uint32_t key) {
        const __m256i k = _mm256_set1_epi32(static_cast<int>(key));
        const unsigned rules = groups * group;
        __m256i any = _mm256_setzero_si256();
        for (unsigned i = 0; i < rules; i += group) {
            any = _mm256_or_si256(any, _mm256_or_si256(_mm256_cmpeq_epi32(load(values + i), k),
                                                       _mm256_cmpeq_epi32(load(values + i + 8), k)));
        }
        if (_mm256_testz_si256(any, any) != 0) return 0;
        std::uint64_t found = 0;
        for (unsigned i = 0; i < rules; i += 8)
            found |= bits_of_eight(_mm256_cmpeq_epi32(load(values + i), k)) << i;
        return found;
    }
    GATEHOUSE_AVX2 static std::uint64_t masked(const std::uint32_t* values, unsigned groups,
                                               std::uint32_t key) {
        const __m256i k = _mm256_set1_epi32(static_cast<int>(key));
        const unsigned rules = groups * group;
        const std::uint32_t* const masks = values + rules;
        std::uint64_t found = 0;
        for (unsigned i = 0; i < rules; i += 8) {
            const __m256i wanted = _mm256_and_si256(load(masks + i), k);
            found |= bits_of_eight(_mm256_cmpeq_epi32(load(values + i), wanted)) << i;
        }
        return found;
    }
    GATEHOUSE_AVX2 static std::uint64_t halves(const std::uint16_t* values, unsigned groups,
                                               std::uint16_t key) {
        const __m256i k = _mm256_set1_epi16(static_cast<short>(key));
        const unsigned rules = groups * group;
        __m256i any = _mm256_setzero_si256();
        for (unsigned i = 0; i < rules; i += group)
            any = _mm256_or_si256(any, _mm256_cmpeq_epi16(load(values + i), k));
        if (_mm256_testz_si256(any, any) != 0) return 0;
        std::uint64_t found = 0;
        for (unsigned i = 0; i < rules; i += group)
            found |= bits(_mm256_cmpeq_epi16(load(values + i), k)) << i;
        return found;
    }
    GATEHOUSE_AVX2 static std::uint64_t spans(const std::uint16_t* lows, unsigned groups, std::uint16_t key) {
        const __m256i k = _mm256_set1_epi16(static_cast<short>(key));
        const unsigned rules = groups * group;
        const std::uint16_t* const widths = lows + rules;
        std::uint64_t found = 0;
        for (unsigned i = 0; i < rules; i += group) {
            const __m256i over = _mm256_subs_epu16(_mm256_sub_epi16(k, load(lows + i)), load(widths + i));
            found |= bits(_mm256_cmpeq_epi16(over, _mm256_setzero_si256())) << i;
        }
        return found;
    }
};

GATEHOUSE_AVX2 const Chunk* scan_avx2(const Chunk* chunk, const PacketKey& key, std::uint64_t& found) {
    return scan_by<Avx2>(chunk, key, found);
}
const Chunk* scan_sse2(const Chunk* chunk, const PacketKey& key, std::uint64_t& found) {
    return scan_by<Sse2>(chunk, key, found);
}

constexpr ScanVersion versions[] = {{"avx2", scan_avx2}, {"sse2", scan_sse2}, {"plain", scan_plain}};

#else

constexpr ScanVersion versions[] = {{"plain", scan_plain}};

#endif

}  // namespace

std::span<const ScanVersion> scan_versions() {
    const std::span<const ScanVersion> all(versions);
#ifdef __x86_64__
    static const bool avx2 = __builtin_cpu_supports("avx2") != 0;
    return avx2 ? all : all.subspan(1);
#else
    return all;
#endif
}

}  // namespace gatehouse::rules

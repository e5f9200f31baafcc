// From a tuple and its zone to the connection that has it: a hash index that grows a bucket at a time.
//
// A bucket is one cache line of ten slots: 16 bits of the hash (the tag) and a reference to an entry and a
// direction. Tags are compared all at once, so an entry is fetched only if it is almost certainly the
// right one. Linear hashing: an insertion splits at most one bucket, in turn, so that the load stays the same
// and nothing is ever copied at large. Most splits are decided by the tags alone: these are the eight bits of
// the hash from which the next levels choose, and eight more; only every eighth doubling reads the entries. A
// connection has two references, at most six a bucket on average: with overflow buckets about 23 bytes.
//
// One thread's; maintain() as Arena's.
#pragma once
#include <cstdint>
#include <emmintrin.h>

#include "base/arena.h"
#include "base/prefetch.h"
#include "track/entry.h"
#include "track/tuple_hash.h"

namespace gatehouse::track {

class Index {
  public:
    // For `connections` of those in `entries`, its size at first being right for `ready` of them or a little
    // less; throws std::bad_alloc as Arena.
    Index(std::uint32_t connections, std::uint32_t ready, const Arena<Entry>& entries, std::uint64_t seed);

    std::uint64_t hash(const Tuple& tuple, Zone zone) const { return hash_(tuple, zone); }

    // A batch does these for all its packets, one after the other: fetch the bucket; fetch the entries that
    // it names under this hash; find.
    void prefetch(std::uint64_t hash) const { ask(hash); }
    // Where a hash's bucket is for now, and its tag there.
    struct Place {
        std::uint32_t bucket = 0;
        std::uint16_t tag = 0;
    };
    Place ask(std::uint64_t hash) const {
        const Place at = place(hash);
        gatehouse::prefetch(&buckets_[at.bucket]);
        return at;
    }
    // The one that it most likely is; none where nothing has this hash, as far as the bucket tells: the
    // packet will open a connection (whose reply's bucket may be fetched now).
    Way prefetch_entries(Place place, Family family) const;
    Way find(std::uint64_t hash, const Tuple& tuple, Zone zone) const {
        return find(hash, tuple, zone, [](Way) { return true; });
    }
    // The same of one direction alone.
    Way find(std::uint64_t hash, const Tuple& tuple, Zone zone, Direction direction) const {
        return find(hash, tuple, zone, [direction](Way way) { return way.direction == direction; });
    }

    // False: the index is full here (the longest chain, or all overflow buckets).
    bool insert(std::uint64_t hash, Way way);
    // The way is in the index under this hash.
    void remove(std::uint64_t hash, Way way);

    // True: there is more to do.
    bool maintain(std::uint32_t connections_ahead);

    struct Size {
        std::uint32_t references, buckets, overflow_buckets;
    };
    Size size() const { return {references_, buckets_.used(), overflow_.used()}; }
    std::size_t bytes() const {
        return (buckets_.opened() + std::size_t{overflow_.opened()}) * sizeof(Bucket);
    }
    std::uint64_t late() const { return buckets_.late() + overflow_.late(); }

    static constexpr std::uint32_t load = 6;           // references a bucket, overflow buckets not counted
    static constexpr std::uint32_t longest_chain = 8;  // overflow buckets

  private:
    static constexpr std::uint32_t bucket_slots = 10;
    struct alignas(64) Bucket {
        std::uint16_t tags[bucket_slots];
        std::uint32_t references[bucket_slots];
        std::uint32_t tail;  // the overflow bucket that follows, plus one, << 4 | slots in use

        std::uint32_t count() const { return tail & 15; }
        std::uint32_t next() const { return tail >> 4; }  // 0: none
        void set_count(std::uint32_t n) { tail = (tail & ~15u) | n; }
        void set_next(std::uint32_t n) { tail = n << 4 | (tail & 15); }
        // A bit for each slot in use that has this tag.
        std::uint32_t tagged(std::uint16_t tag) const;
    };
    static_assert(sizeof(Bucket) == 64);

    static constexpr std::uint16_t tag_at(std::uint64_t hash, unsigned level) {
        return static_cast<std::uint16_t>(hash >> (level & ~7u));
    }
    Place place(std::uint64_t hash) const {
        const auto low = static_cast<std::uint32_t>(hash) & mask_;
        if (low >= split_) return {low, tag_at(hash, level_)};
        return {static_cast<std::uint32_t>(hash) & (mask_ << 1 | 1), tag_at(hash, level_ + 1)};
    }
    static constexpr std::uint32_t reference(Way way) {
        return track::index(way.connection) << 1 | track::index(way.direction);
    }
    static constexpr Way way(std::uint32_t reference) {
        return {static_cast<ConnIndex>(reference >> 1), static_cast<Direction>(reference & 1)};
    }

    template <class Wanted>
    Way find(std::uint64_t hash, const Tuple& tuple, Zone zone, Wanted&& wanted) const;
    bool append(std::uint32_t bucket, std::uint16_t tag, std::uint32_t reference);
    void grow();
    std::uint64_t hash_of(std::uint32_t reference) const;

    const Arena<Entry>& entries_;
    TupleHash hash_;
    Arena<Bucket> buckets_;
    Arena<Bucket> overflow_;
    // Buckets below split_ have been split at this level, their halves being 1 << level_ apart.
    std::uint32_t level_ = 0, mask_ = 0, split_ = 0;
    std::uint32_t references_ = 0;
};

inline std::uint32_t Index::Bucket::tagged(std::uint16_t tag) const {
    const __m128i wanted = _mm_set1_epi16(static_cast<short>(tag));
    const __m128i first = _mm_load_si128(reinterpret_cast<const __m128i*>(tags));
    const __m128i rest = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(tags + 8));
    const __m128i equal = _mm_packs_epi16(_mm_cmpeq_epi16(first, wanted), _mm_cmpeq_epi16(rest, wanted));
    return static_cast<std::uint32_t>(_mm_movemask_epi8(equal)) & ((1u << count()) - 1);
}

inline Way Index::prefetch_entries(Place place, Family family) const {
    const Bucket& bucket = buckets_[place.bucket];
    std::uint32_t candidates = bucket.tagged(place.tag);
    if (candidates == 0 && bucket.next() != 0) gatehouse::prefetch(&overflow_[bucket.next() - 1]);
    const Way likely =
        candidates == 0 ? Way{} : way(bucket.references[static_cast<unsigned>(__builtin_ctz(candidates))]);
    for (; candidates != 0; candidates &= candidates - 1) {
        const auto slot = static_cast<unsigned>(__builtin_ctz(candidates));
        const auto* const entry = reinterpret_cast<const char*>(&entries_[bucket.references[slot] >> 1]);
        gatehouse::prefetch_for_writing(entry);
        gatehouse::prefetch_for_writing(entry + 64);
        if (!is_v4(family)) gatehouse::prefetch(entry + 128);
    }
    return likely;
}

template <class Wanted>
inline Way Index::find(std::uint64_t hash, const Tuple& tuple, Zone zone, Wanted&& wanted) const {
    const auto [at, tag] = place(hash);
    for (const Bucket* bucket = &buckets_[at];; bucket = &overflow_[bucket->next() - 1]) {
        for (std::uint32_t candidates = bucket->tagged(tag); candidates != 0; candidates &= candidates - 1) {
            const Way found = way(bucket->references[__builtin_ctz(candidates)]);
            if (wanted(found) &&
                entries_[track::index(found.connection)].matches(found.direction, tuple, zone))
                return found;
        }
        if (bucket->next() == 0) return {};
    }
}

}  // namespace gatehouse::track

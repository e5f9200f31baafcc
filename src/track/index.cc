#include "track/index.h"

#include <algorithm>
#include <array>
#include <bit>

namespace gatehouse::track {

namespace {

constexpr unsigned first_level = 6;

// Main buckets for so many connections, and overflow buckets beside them: half-way between two doublings,
// when there are most of these, they are a tenth.
constexpr std::uint32_t buckets_for(std::uint64_t connections) {
    return static_cast<std::uint32_t>(
        std::max<std::uint64_t>(1u << first_level, connections * 2 / Index::load + 1));
}
constexpr std::uint32_t overflow_for(std::uint64_t connections) { return buckets_for(connections) / 4 + 64; }

}  // namespace

Index::Index(std::uint32_t connections, std::uint32_t ready, const Arena<Entry>& entries, std::uint64_t seed)
    : entries_(entries),
      hash_(seed),
      buckets_(buckets_for(connections)),
      overflow_(overflow_for(connections)),
      level_(static_cast<std::uint32_t>(std::bit_width(buckets_for(std::min(ready, connections))) - 1)),
      mask_((1u << level_) - 1) {
    buckets_.open(1u << level_);
}

bool Index::append(std::uint32_t bucket, std::uint16_t tag, std::uint32_t reference) {
    Bucket* last = &buckets_[bucket];
    std::uint32_t length = 0;
    for (; last->next() != 0; ++length) last = &overflow_[last->next() - 1];
    if (last->count() == bucket_slots) {
        const std::uint32_t fresh = length < longest_chain ? overflow_.take() : Arena<Bucket>::none;
        if (fresh == Arena<Bucket>::none) return false;
        last->set_next(fresh + 1);
        last = &overflow_[fresh];
        last->tail = 0;
    }
    const std::uint32_t slot = last->count();
    last->tags[slot] = tag;
    last->references[slot] = reference;
    last->set_count(slot + 1);
    return true;
}

bool Index::insert(std::uint64_t hash, Way way) {
    const auto [bucket, tag] = place(hash);
    if (!append(bucket, tag, reference(way))) return false;
    ++references_;
    if (references_ > buckets_.used() * load) grow();
    return true;
}

void Index::remove(std::uint64_t hash, Way way) {
    const auto [at, tag] = place(hash);
    const std::uint32_t wanted = reference(way);
    Bucket* holder = nullptr;
    std::uint32_t slot = 0;
    Bucket *last = &buckets_[at], *before = nullptr;
    for (;; before = last, last = &overflow_[last->next() - 1]) {
        for (std::uint32_t found = holder == nullptr ? last->tagged(tag) : 0; found != 0;
             found &= found - 1) {
            const auto i = static_cast<std::uint32_t>(__builtin_ctz(found));
            if (last->references[i] != wanted) continue;
            holder = last;
            slot = i;
            break;
        }
        if (last->next() == 0) break;
    }
    assert(holder != nullptr);
    // The last slot of the chain takes the place that becomes free.
    const std::uint32_t end = last->count() - 1;
    holder->tags[slot] = last->tags[end];
    holder->references[slot] = last->references[end];
    last->set_count(end);
    if (end == 0 && before != nullptr) {
        overflow_.give_back(before->next() - 1);
        before->set_next(0);
    }
    --references_;
}

// Splits the next bucket in turn. It needs no more overflow buckets afterwards than it had.
void Index::grow() {
    if (buckets_.take() == Arena<Bucket>::none) return;
    struct Slot {
        std::uint16_t tag;
        std::uint32_t reference;
    };
    std::array<Slot, bucket_slots*(longest_chain + 1)> held;
    std::uint32_t count = 0;
    for (Bucket* bucket = &buckets_[split_];;) {
        for (std::uint32_t i = 0; i < bucket->count(); ++i)
            held[count++] = {bucket->tags[i], bucket->references[i]};
        const std::uint32_t next = bucket->next();
        bucket->tail = 0;
        if (bucket != &buckets_[split_])
            overflow_.give_back(static_cast<std::uint32_t>(bucket - &overflow_[0]));
        if (next == 0) break;
        bucket = &overflow_[next - 1];
    }
    const std::uint32_t from = split_, to = split_ + mask_ + 1;
    const bool renew_tags = (level_ + 1) % 8 == 0;
    if (renew_tags) {
        for (std::uint32_t i = 0; i < count; ++i) {
            const auto* const entry = reinterpret_cast<const char*>(&entries_[held[i].reference >> 1]);
            gatehouse::prefetch(entry);
            gatehouse::prefetch(entry + 128);
        }
    }
    for (std::uint32_t i = 0; i < count; ++i) {
        const bool moves = (held[i].tag >> level_ % 8 & 1) != 0;
        const std::uint16_t tag = renew_tags ? tag_at(hash_of(held[i].reference), level_ + 1) : held[i].tag;
        const bool room = append(moves ? to : from, tag, held[i].reference);
        assert(room);
        static_cast<void>(room);
    }
    if (split_++ == mask_) {
        ++level_;
        mask_ = mask_ << 1 | 1;
        split_ = 0;
    }
}

std::uint64_t Index::hash_of(std::uint32_t reference) const {
    const Way w = way(reference);
    const Entry& entry = entries_[track::index(w.connection)];
    return hash_(entry.tuple(w.direction), entry.zone[track::index(w.direction)]);
}

bool Index::maintain(std::uint32_t connections_ahead) {
    const bool more = buckets_.maintain(buckets_for(connections_ahead));
    return overflow_.maintain(overflow_for(connections_ahead)) || more;
}

}  // namespace gatehouse::track

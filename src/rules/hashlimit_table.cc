#include "rules/hashlimit_table.h"

#include <algorithm>
#include <bit>

namespace gatehouse::rules {

namespace {

constexpr std::uint32_t usual_buckets = 8192, entries_per_bucket = 8;

constexpr HashlimitTable::Ticks to_ticks(std::uint32_t milliseconds) {
    constexpr std::int64_t each = 1000 / HashlimitTable::ticks_per_second;
    return std::max<std::int64_t>(1, (std::int64_t{milliseconds} + each - 1) / each);
}

std::uint32_t room(const HashlimitTerms& terms) {
    const std::uint64_t buckets = terms.buckets != 0 ? terms.buckets : usual_buckets;
    const std::uint64_t wanted =
        terms.most != 0 ? std::max<std::uint64_t>(terms.most, buckets) : buckets * entries_per_bucket;
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(wanted, HashlimitTable::most_entries));
}

}  // namespace

HashlimitTable::HashlimitTable(const HashlimitTerms& terms)
    : terms_(terms),
      expiry_(to_ticks(terms.expiry)),
      sweep_(to_ticks(terms.sweep_interval)),
      entries_(room(terms)),
      buckets_(std::bit_ceil(std::max(16u, entries_.limit() / entries_per_bucket)), none) {
    if (terms.tells_rate && terms.bytes) {
        const std::uint64_t unit = terms.average != 0 ? 0xffffffff / terms.average : 0xffffffff;
        rate_ = (unit - 1) << 4;
        burst_ = terms.burst != 0 ? terms.burst * rate_ : rate_;
    } else if (terms.tells_rate) {
        rate_ = terms.average != 0 ? 1'000'000 / terms.average : 0;
        burst_ = terms.burst + rate_;
    } else if (terms.bytes) {
        cost_ = (terms.average * byte_credits) >> 32;
        burst_ = terms.burst;
    } else {
        cost_ = credits(terms.average);
        burst_ = credits(terms.average * terms.burst);
    }
}

std::uint32_t& HashlimitTable::bucket_of(const Key& key) {
    return buckets_[(*hash_)(key, {}) & (buckets_.size() - 1)];
}

// An entry goes at the first sweep at which its time is over.
bool HashlimitTable::is_gone(const Entry& entry, Ticks now) const {
    const Ticks sweeps = std::max<Ticks>(1, (entry.expires - began_ + sweep_ - 1) / sweep_);
    return now >= began_ + sweeps * sweep_;
}

void HashlimitTable::unlink(std::uint32_t place) {
    const Entry& entry = entries_[place];
    (entry.older == none ? oldest_ : entries_[entry.older].newer) = entry.newer;
    (entry.newer == none ? newest_ : entries_[entry.newer].older) = entry.older;
}

void HashlimitTable::touch(std::uint32_t place) {
    entries_[place].older = newest_;
    entries_[place].newer = none;
    (newest_ == none ? oldest_ : entries_[newest_].newer) = place;
    newest_ = place;
}

// A place for a new entry: an empty one, or that of one that is gone.
std::uint32_t HashlimitTable::take_place(Ticks now) {
    if (const std::uint32_t place = entries_.take(); place != none) return place;
    const std::uint32_t place = oldest_;
    if (!is_gone(entries_[place], now)) return none;
    std::uint32_t* link = &bucket_of(entries_[place].key);
    while (*link != place) link = &entries_[*link].next_in_bucket;
    *link = entries_[place].next_in_bucket;
    unlink(place);
    return place;
}

HashlimitTable::Entry* HashlimitTable::find_or_make(const Key& key, Ticks now) {
    std::uint32_t place = bucket_of(key);
    while (place != none && entries_[place].key != key) place = entries_[place].next_in_bucket;
    if (place == none) {
        place = take_place(now);
        if (place == none) return nullptr;
        std::uint32_t& bucket = bucket_of(key);
        entries_[place].key = key;
        entries_[place].next_in_bucket = bucket;
        bucket = place;
        begin(entries_[place], now);
    } else {
        unlink(place);
        if (is_gone(entries_[place], now)) {
            begin(entries_[place], now);
        } else {
            gain(entries_[place], now);
        }
    }
    touch(place);
    entries_[place].expires = now + expiry_;
    return &entries_[place];
}

void HashlimitTable::begin(Entry& entry, Ticks now) const {
    entry.last = now;
    entry.credit = terms_.bytes ? byte_credits : burst_;
    entry.cap = burst_;
    entry.seen = 0;
    entry.was_over = false;
}

void HashlimitTable::gain(Entry& entry, Ticks now) const {
    const auto passed = static_cast<std::uint64_t>(now - entry.last);
    if (passed == 0) return;
    if (terms_.tells_rate) {
        const std::uint64_t window = std::uint64_t{terms_.rate_interval} * ticks_per_second;
        if (passed < window) return;
        entry.was_over = entry.seen * window > passed * rate_;
        entry.seen = 0;
    } else {
        const std::uint64_t before = entry.credit, full = terms_.bytes ? byte_credits : burst_;
        entry.credit += passed * (terms_.bytes ? byte_credits_per_tick : credits_per_tick);
        if (entry.credit > full || (terms_.bytes && entry.credit <= before)) entry.credit = full;
    }
    entry.last = now;
}

// In chunks of sixteen bytes. A burst is taken when the bucket hasn't enough.
std::uint64_t HashlimitTable::byte_cost(Entry& entry, std::uint32_t length, std::uint64_t unit) {
    const std::uint64_t cost = std::min((length / 16u + 1u) * unit, byte_credits);
    if (entry.credit < cost && entry.cap != 0) {
        --entry.cap;
        entry.credit = byte_credits;
    }
    return cost;
}

HashlimitTable::Answer HashlimitTable::ask(const Key& key, std::uint32_t length, bool bytes, bool tells_rate,
                                           Ticks now, Random& random) {
    const std::scoped_lock lock(guard_);
    if (!hash_) {
        hash_.emplace(random());
        began_ = latest_ = now;
    }
    now = latest_ = std::max(latest_, now);  // the engines' clocks differ
    Entry* const entry = find_or_make(key, now);
    if (entry == nullptr) return Answer::full;
    if (tells_rate) {
        entry->seen += bytes ? length : 1;
        return !entry->was_over && entry->seen <= burst_ ? Answer::under : Answer::over;
    }
    const std::uint64_t cost = bytes ? byte_cost(*entry, length, cost_) : cost_;
    if (entry->credit < cost) return Answer::over;
    entry->credit -= cost;
    return Answer::under;
}

}  // namespace gatehouse::rules

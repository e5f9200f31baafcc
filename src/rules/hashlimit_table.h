// A table of `-m hashlimit`: a token bucket, or a rate's window, for each address, port, or combination of
// them. Shared by all rules that say its name, in all engines; it works on the terms of the first of these.
//
// Linux's arithmetic (net/netfilter/xt_hashlimit.c, its third revision) with a clock of 250 ticks a second.
#pragma once
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include "base/arena.h"
#include "base/random.h"
#include "track/tuple_hash.h"

namespace gatehouse::rules {

struct HashlimitTerms {
    // Of what makes a bucket, what its rule knows.
    std::uint32_t mode = 0, source_length = 0, destination_length = 0;
    std::uint64_t average = 0;  // packets: the period in microseconds; bytes: the cost
    std::uint64_t burst = 0;
    bool bytes = false, tells_rate = false;
    std::uint32_t rate_interval = 1;                     // seconds
    std::uint32_t buckets = 0, most = 0;                 // 0: as many as Linux takes
    std::uint32_t sweep_interval = 1000, expiry = 1000;  // milliseconds
};

class HashlimitTable {
  public:
    // What has a bucket, of which all that the mode doesn't ask for is zero.
    using Key = track::Tuple;
    using Ticks = std::int64_t;
    static constexpr Ticks ticks_per_second = 250;
    // However many buckets or entries a rule may ask for, it gets no more than these, as in Linux.
    static constexpr std::uint32_t most_entries = 1u << 20;

    explicit HashlimitTable(const HashlimitTerms& terms);

    const HashlimitTerms& terms() const { return terms_; }

    enum class Answer : std::uint8_t { under, over, full };
    // `random`: keys the hash when the first packet comes.
    Answer ask(const Key& key, std::uint32_t length, bool bytes, bool tells_rate, Ticks now, Random& random);

    // What so many packets at this period cost; may wrap, as Linux's does.
    static std::uint64_t credits(std::uint64_t period) { return period * credits_per_microsecond; }

  private:
    static constexpr std::uint64_t credits_per_tick = std::uint64_t{1} << 39;
    static constexpr std::uint64_t credits_per_microsecond = ticks_per_second * credits_per_tick / 1'000'000;
    static constexpr std::uint64_t byte_credits_per_tick = std::uint64_t{1} << 24;
    static constexpr std::uint64_t byte_credits = ticks_per_second * byte_credits_per_tick;  // a full bucket
    static constexpr std::uint32_t none = Arena<std::uint32_t>::none;

    struct Entry {
        Key key;
        std::uint32_t next_in_bucket;
        std::uint32_t older, newer;  // by the time of the last packet
        Ticks last, expires;
        std::uint64_t credit, cap;  // cap, of bytes: how many bursts are left
        std::uint64_t seen;         // in the rate's window
        bool was_over;              // in the window before
    };

    std::uint32_t& bucket_of(const Key& key);
    Entry* find_or_make(const Key& key, Ticks now);
    std::uint32_t take_place(Ticks now);
    bool is_gone(const Entry& entry, Ticks now) const;
    void begin(Entry& entry, Ticks now) const;
    void gain(Entry& entry, Ticks now) const;
    void touch(std::uint32_t place);
    void unlink(std::uint32_t place);
    static std::uint64_t byte_cost(Entry& entry, std::uint32_t length, std::uint64_t unit);

    const HashlimitTerms terms_;
    const Ticks expiry_, sweep_;
    std::uint64_t cost_ = 0, burst_ = 0;  // of a packet, or of sixteen bytes; a rate's window takes so many
    std::uint64_t rate_ = 0;
    std::mutex guard_;
    std::optional<track::TupleHash> hash_;  // keyed, so that nobody can choose keys that meet in a bucket
    Ticks began_ = 0, latest_ = 0;
    std::uint32_t oldest_ = none, newest_ = none;
    Arena<Entry> entries_;
    std::vector<std::uint32_t> buckets_;
};

}  // namespace gatehouse::rules

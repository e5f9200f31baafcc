// The connection table: entries in an arena, an index over both their tuples, and a wheel that ends them.
//
// The life of a connection:
//
//     begin()  →  Tentative  →  confirm()  →  ConnIndex  →  expire(), kill() or eviction  →  Watcher::ended()
//                    ↓ discard()      ↘ clash: somebody has one of its tuples
//
// A tentative connection has a place and an entry, but is in no index, and no other packet can find it.
// confirm() is the only way into the table, for what packets open as for what is restored, replicated or made
// by hand.
//
// Time is that of packets: set_now() with each. Entries whose time is over are never found, whether or not
// expire() has come to them. One thread owns a table and makes every call, but for maintain(), which one
// other thread may make meanwhile. Nothing here allocates after construction.
#pragma once
#include <array>
#include <cstdint>
#include <limits>

#include "base/place_set.h"
#include "base/time.h"
#include "packet/finding.h"
#include "track/eviction.h"
#include "track/index.h"
#include "track/side.h"
#include "track/wheel.h"

namespace gatehouse::track {

struct TableLimits {
    std::uint32_t entries = 262'144;  // tentative ones included (nf_conntrack_max); at most 2^30
    std::uint32_t side = 0;           // that may have anything in side pools; 0: all
    // For so many the index is made at the beginning, rather than growing (nf_conntrack_buckets).
    std::uint32_t ready = 0;
};

// As `conntrack -S` has them, in its order; those that only the stage can know of, it counts here.
struct TableStatistics {
    std::uint64_t found = 0;
    std::uint64_t invalid = 0;
    std::uint64_t insert = 0;
    std::uint64_t insert_failed = 0;
    std::uint64_t drop = 0;  // packets that opened nothing because the table was full
    std::uint64_t early_drop = 0;
    std::uint64_t error = 0;
    std::uint64_t search_restart = 0;
    std::uint64_t clash_resolve = 0;
    std::uint64_t chaintoolong = 0;
    // Beyond Linux's.
    std::uint64_t expired = 0;
    std::uint64_t killed = 0;
};

// A connection that isn't in the table yet.
enum class Tentative : std::uint32_t { none = index(ConnIndex::none) };
constexpr std::uint32_t index(Tentative t) { return static_cast<std::uint32_t>(t); }

// Why a connection ended.
enum class End : std::uint8_t {
    expired,
    evicted,  // the table was full
    killed,   // by its tracker: a reset, a connection reopened
    deleted,  // by whoever administers the table
};

// Is told of each connection that enters the table, and of each that ends, while its entry still stands. It
// may not begin, confirm or end any connection from there.
class Watcher {
  public:
    virtual ~Watcher() = default;
    virtual void entered(ConnIndex, Entry&) {}
    virtual void ended(ConnIndex connection, const Entry& entry, End why) = 0;
    // When the table is full: a connection that is to go before all others; none if it is to be chosen by
    // what it costs.
    virtual ConnIndex first_to_go() { return ConnIndex::none; }
};

// What became of a tentative connection.
struct Confirmed {
    enum class Outcome : std::uint8_t {
        inserted,  // it is `connection` now
        clash,     // `standing` has one of its tuples; it is tentative still, and the caller's to join or
                   // renumber
        full,      // no room in the index; tentative still
    };
    Outcome outcome{};
    ConnIndex connection = ConnIndex::none;
    Way standing{};                            // clash: who stands there, and with which of its directions
    Direction clashing = Direction::original;  // clash: which of ours
};

// Where a scan stands; begins at the beginning.
struct ScanCursor {
    std::uint32_t next = 0;
};

class Table {
  public:
    // Throws std::bad_alloc when the address space for the limits can't be reserved.
    Table(const TableLimits& limits, std::uint64_t seed);

    // Time. The first call makes `now` the beginning of ticks; later ones never take it back.
    void set_now(Time now) {
        if (now >= next_tick_) [[unlikely]]
            return set_tick(now);
        if (time_ < now) time_ = now;
    }
    Tick now() const { return now_; }
    Time time() const { return time_; }
    // When a tick that is at most 24 days away is or was.
    Time time_of(Tick tick) const { return time_ + (tick - now_) * millisecond; }
    static std::uint32_t ticks(Nanoseconds lifetime) {
        constexpr Nanoseconds farthest = (Nanoseconds{1} << 31) - 1;
        return static_cast<std::uint32_t>(std::clamp<Nanoseconds>(lifetime / millisecond, 0, farthest));
    }
    bool is_over(const Entry& entry) const { return now_ - entry.expiry >= 0; }

    // Looking up. For a batch: hash and prefetch() for all packets, prefetch_entries() for all, then find()
    // for each in turn, which sees what the earlier ones made.
    std::uint64_t hash(const Tuple& tuple, Zone zone) const { return index_.hash(tuple, zone); }
    void prefetch(std::uint64_t hash) const { index_.prefetch(hash); }
    Index::Place ask(std::uint64_t hash) const { return index_.ask(hash); }
    Way prefetch_entries(Index::Place place, Family family) const {
        return index_.prefetch_entries(place, family);
    }
    Way find(std::uint64_t hash, const Tuple& tuple, Zone zone) {
        return unless_over(index_.find(hash, tuple, zone));
    }
    Way find(const Tuple& tuple, Zone zone) { return find(hash(tuple, zone), tuple, zone); }
    // By zones that differ by direction: whose direction is in the zone that is given for it.
    Way find_in(const std::array<Zone, 2>& zones, const Tuple& tuple);
    Entry& operator[](ConnIndex c) { return entries_[track::index(c)]; }
    const Entry& operator[](ConnIndex c) const { return entries_[track::index(c)]; }
    Entry& operator[](Tentative t) { return entries_[track::index(t)]; }

    // A tentative connection with these tuples and zones, all else as a fresh Entry has it. When the table is
    // full it takes the place of a connection that costs little to lose; `none`, with the reason in `why`, if
    // there is none.
    Tentative begin(const Tuple& original, const Tuple& reply, const std::array<Zone, 2>& zones,
                    Finding& why);
    void discard(Tentative tentative);
    // Enters it under both its tuples as they stand now. Its lifetime begins now.
    Confirmed confirm(Tentative tentative);
    // Enters it for its replies alone: its own packets are another's, who has the same original tuple.
    Confirmed confirm_replies(Tentative tentative);

    // It lives for `lifetime` from now on (a tentative one: from its confirmation).
    void refresh(ConnIndex connection, Nanoseconds lifetime) {
        Entry& entry = (*this)[connection];
        const std::uint32_t wanted = ticks(lifetime);
        const Tick expiry = now_ + wanted;
        const bool earlier = expiry - entry.expiry < 0;
        entry.expiry = expiry;
        if (earlier && wanted < Wheel::horizon) [[unlikely]]
            arm_earlier(connection);
    }
    void refresh(Tentative tentative, Nanoseconds lifetime) { (*this)[tentative].expiry = {ticks(lifetime)}; }
    void end(ConnIndex connection, End why);
    // Somebody has answered, or it is assured: it isn't among the first to go any more when the table is
    // full. To be called whenever the status gains either.
    void spare(ConnIndex connection) { unreplied_.erase(track::index(connection)); }
    // Ends those whose time is over, the earliest first, looking at `budget` connections at most; returns how
    // many it looked at. Cheap when there is nothing to do: call it with each packet.
    unsigned expire(unsigned budget) { return wheel_.behind(now_) ? expire_due(budget) : 0; }

    // Calls visit(ConnIndex, Entry&) for connections that live, looking at `budget` places at most. Whoever
    // is in the table from the first call to the last is visited exactly once, whatever else comes and goes.
    // False: the scan is through. The visitor may end the connection it is given.
    template <class Visit>
    bool scan(ScanCursor& cursor, unsigned budget, Visit&& visit) {
        return scan(*this, cursor, budget, visit);
    }
    template <class Visit>
    bool scan(ScanCursor& cursor, unsigned budget, Visit&& visit) const {
        return scan(*this, cursor, budget, visit);
    }

    // Makes memory ready for so many more connections: a slab of each kind at most; true: there is more to
    // do.
    bool maintain(std::uint32_t ahead);

    // What few connections have; it goes with its connection, behind Watcher::ended().
    SidePools& side() { return side_; }
    const SidePools& side() const { return side_; }

    void set_watcher(Watcher* watcher) { watcher_ = watcher; }
    std::uint32_t count() const { return entries_.used(); }  // tentative ones included
    const TableLimits& limits() const { return limits_; }
    TableStatistics& statistics() { return statistics_; }
    const TableStatistics& statistics() const { return statistics_; }
    // Memory in use, and places that were taken before maintain() had come to them.
    std::size_t bytes() const { return entries_.opened() * sizeof(Entry) + index_.bytes(); }
    std::uint64_t late() const { return entries_.late() + index_.late(); }

  private:
    template <class Self, class Visit>
    static bool scan(Self& self, ScanCursor& cursor, unsigned budget, Visit& visit);
    // Somebody who may be evicted, with the hashes of both directions.
    struct Candidate {
        ConnIndex connection = ConnIndex::none;
        std::uint16_t generation = 0;
        std::array<std::uint64_t, 2> hashes{};
    };

    void set_tick(Time now);
    Way unless_over(Way way) {
        if (!way || !is_over((*this)[way.connection])) [[likely]]
            return way;
        end(way.connection, End::expired);
        return {};
    }
    unsigned expire_due(unsigned budget);
    bool evict();
    ConnIndex next_unreplied();
    ConnIndex find_victim();
    ConnIndex find_by_cost();
    bool is_cheap(ConnIndex connection) const;
    Candidate with_hashes(ConnIndex connection) const;
    Confirmed settle_in(ConnIndex connection);
    void arm(ConnIndex connection);
    void arm_earlier(ConnIndex connection);
    void remove(ConnIndex connection, std::uint64_t original, std::uint64_t reply, End why);
    void release(std::uint32_t place);
    void leap(std::int64_t milliseconds);
    std::uint64_t hash(const Entry& entry, Direction direction) const {
        return index_.hash(entry.tuple(direction), entry.zone[track::index(direction)]);
    }

    TableLimits limits_;
    Arena<Entry> entries_;
    Index index_;
    Wheel wheel_;
    SidePools side_;
    Watcher* watcher_ = nullptr;
    Tick now_{};
    Time time_{}, epoch_{};
    Time next_tick_{std::numeric_limits<Nanoseconds>::min()};  // when now_ is another
    std::int64_t elapsed_ = -1;                                // milliseconds since epoch_; -1: no time yet
    PlaceSet unreplied_;      // where connections stand that nobody has answered
    std::uint32_t hand_ = 0;  // where the last search for somebody to evict ended
    // Chosen ahead, so that the next has its buckets at hand when it goes, and the one after that its entry.
    Candidate next_victim_{};
    ConnIndex victim_after_ = ConnIndex::none;
    TableStatistics statistics_;
};

template <class Self, class Visit>
bool Table::scan(Self& self, ScanCursor& cursor, unsigned budget, Visit& visit) {
    const std::uint32_t places = self.entries_.opened();
    for (; budget > 0 && cursor.next < places; --budget) {
        const auto connection = static_cast<ConnIndex>(cursor.next++);
        auto& entry = self[connection];
        if (entry.confirmed() && !self.is_over(entry)) visit(connection, entry);
    }
    return cursor.next < places;
}

}  // namespace gatehouse::track

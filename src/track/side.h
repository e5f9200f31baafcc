// What only few connections have, in pools of its own: labels, timestamps, sequence adjustment and the like.
//
// A connection that has any of it has a Side, which says where: one place for each kind. One that has none
// costs nothing, and no kind makes entries larger. To add a kind, name its type in SidePools: a plain struct
// of at least four bytes whose zero bytes are its fresh value.
//
// The engine's thread only, but for maintain(), as Arena's. Nothing allocates after construction.
#pragma once
#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <tuple>
#include <type_traits>

#include "base/arena.h"
#include "base/time.h"
#include "track/entry.h"
#include "track/proto/tcp_pickup.h"
#include "track/redirection.h"

namespace gatehouse::track {

// connlabel: bits 0 to 127 (Linux's struct nf_conn_labels).
struct Labels {
    std::array<std::uint32_t, 4> words;
};

// nf_conntrack_timestamp.
struct Timestamps {
    std::int64_t start, stop;  // nanoseconds since the Unix epoch; 0: not yet
};

// How much longer or shorter a side's data have become by what helpers changed in them, from which sequence
// number on (Linux's struct nf_ct_seqadj). By direction.
struct SequenceAdjustment {
    struct One {
        std::uint32_t position;
        std::int32_t before, after;
        // Beyond Linux's: the changes before that one, the newest first, and how many there are.
        struct Earlier {
            std::uint32_t position;
            std::int32_t before;
        } earlier[7];
        std::uint32_t count;
    };
    One one[2];
};

// The changes before those, the newest first, where more are unacknowledged than SequenceAdjustment has room
// for: of one message that mentions a lot.
struct SequenceHistory {
    struct One {
        SequenceAdjustment::One::Earlier older[120];
        std::uint32_t count;
    };
    One one[2];
};

// SYNPROXY's memory of its handshake with the server (Linux's struct nf_conn_synproxy).
struct SynproxyState {
    std::uint32_t initial_sequence, timestamp_offset, initial_timestamp;
};

// The connection that this one was expected by; gone when the place has another generation.
struct Master {
    ConnIndex connection;
    std::uint16_t generation;
    std::uint16_t helper;  // the master's, by its place among all_helper_names(), plus one; 0: none
    Redirection redirection;
};

// What CT asked for: the events to report (track/event.h), and the timeout policy by its number, 0 being the
// default.
struct Wishes {
    static constexpr std::uint8_t has_events = 1;

    std::uint16_t events, expectation_events;
    std::uint16_t timeout_policy;
    std::uint8_t set;

    bool events_set() const { return (set & has_events) != 0; }
};

// A connection's helper by its place among all_helper_names(), what it expects (track/expectation.h), and
// what the helper remembers of it.
struct HelperState {
    std::uint16_t helper;
    std::uint8_t expecting[most_classes];  // how many, by class
    std::uint32_t expectations;            // the newest one's place, plus one; 0: none
    alignas(std::uint32_t) std::uint8_t data[48];
};

// How far a helper has read a TCP connection's stream: by direction (src/helper/stream.h).
struct HelperStream {
    struct One {
        std::uint32_t next;    // the sequence number up to which bytes have come without a gap
        std::uint32_t buffer;  // where bytes are kept, plus one; 0: nowhere
        std::uint32_t resume;  // the helper passes over what stands before this sequence number, if so
        std::uint32_t held;    // segments that wait (src/helper/holding.h): where, plus one; 0: none
        std::uint8_t state;
    };
    One one[2];
};

// Of a connection whose source is translated, its neighbours among those of the same source
// (nat/sources.h) and among those of the same pool (nat/pools.h), each by its place plus one, 0 being nobody;
// and the pool, the same way.
struct Mapping {
    std::uint32_t next, previous;
    std::uint32_t pool, next_in_pool, previous_in_pool;
};

struct SecurityMark {
    std::uint32_t value;
};

// A spell that track/study.h records of the connection.
struct StudyState {
    std::uint64_t spell;       // its number; 0: it hasn't begun
    std::int64_t begun, last;  // nanoseconds since the Unix epoch: its beginning, its last packet
    ConnIndex older, newer;    // in the order of their last packets, of those that may be given up
    std::uint32_t fin_end;     // half closed: the sequence number behind the first FIN
    std::uint8_t kind;         // SpellKind
    std::uint8_t closer;       // half closed: the direction of that FIN
    std::uint8_t probe;        // whose keepalive came last: direction + 1, and 4 if it was answered
    bool listed;               // it is in that order
};

template <class... Kinds>
class SidePoolsOf {
    static_assert((std::is_trivially_copyable_v<Kinds> && ...));

  public:
    static constexpr std::size_t kinds = sizeof...(Kinds);
    template <class T>
    static constexpr std::size_t position = [] {
        std::size_t at = 0;
        static_cast<void>(((std::is_same_v<T, Kinds> || (++at, false)) || ...));
        return at;
    }();

    // `most`: how many connections may have any of this at all. Throws std::bad_alloc as Arena.
    explicit SidePoolsOf(std::uint32_t most)
        : sides_(most), pools_((static_cast<void>(sizeof(Kinds)), most)...) {}

    // What the connection has of this kind; nullptr when nothing.
    template <class T>
    T* find(const Entry& entry) {
        const std::uint32_t at = place<T>(entry);
        return at == none ? nullptr : &pool<T>()[at];
    }
    template <class T>
    const T* find(const Entry& entry) const {
        const std::uint32_t at = place<T>(entry);
        return at == none ? nullptr : &pool<T>()[at];
    }
    // The same, made of zeros if it isn't there; nullptr when the pool is full, which is counted.
    template <class T>
    T* add(Entry& entry);
    template <class T>
    void remove(Entry& entry);
    // Whatever the connection has goes.
    void release(Entry& entry) {
        if (entry.side == SideIndex::none) [[likely]]
            return;
        (remove<Kinds>(entry), ...);
    }

    // Connections will have this kind, so that maintain() makes memory ready before the first one does.
    template <class T>
    void expect() {
        wanted_[position<T>].store(true, std::memory_order_relaxed);
        wanted_[kinds].store(true, std::memory_order_relaxed);
    }
    // For the kinds that are in use: a slab each at most; true: there is more to do.
    bool maintain(std::uint32_t ahead) {
        bool more = wanted_[kinds].load(std::memory_order_relaxed) && sides_.maintain(ahead);
        ((more |= wanted_[position<Kinds>].load(std::memory_order_relaxed) && pool<Kinds>().maintain(ahead)),
         ...);
        return more;
    }

    template <class T>
    std::uint32_t used() const {
        return pool<T>().used();
    }
    std::uint32_t used() const { return sides_.used(); }
    template <class T>
    std::uint64_t refused() const {
        return refused_[position<T>];
    }

  private:
    static constexpr std::uint32_t none = Arena<std::uint32_t>::none;
    struct Side {
        std::array<std::uint32_t, kinds> places;
    };

    template <class T>
    Arena<T>& pool() {
        return std::get<Arena<T>>(pools_);
    }
    template <class T>
    const Arena<T>& pool() const {
        return std::get<Arena<T>>(pools_);
    }
    template <class T>
    std::uint32_t place(const Entry& entry) const {
        if (entry.side == SideIndex::none) return none;
        return sides_[static_cast<std::uint32_t>(entry.side)].places[position<T>];
    }

    Arena<Side> sides_;
    std::tuple<Arena<Kinds>...> pools_;
    std::array<std::uint64_t, kinds> refused_{};
    std::array<std::atomic<bool>, kinds + 1> wanted_{};  // by kind; the last: any
};

template <class... Kinds>
template <class T>
T* SidePoolsOf<Kinds...>::add(Entry& entry) {
    if (T* const there = find<T>(entry)) return there;
    if (entry.side == SideIndex::none) {
        const std::uint32_t side = sides_.take();
        if (side == none) {
            ++refused_[position<T>];
            return nullptr;
        }
        sides_[side].places.fill(none);
        entry.side = static_cast<SideIndex>(side);
    }
    // There is room: a pool has as many places as there are sides.
    const std::uint32_t at = pool<T>().take();
    expect<T>();
    sides_[static_cast<std::uint32_t>(entry.side)].places[position<T>] = at;
    return &(pool<T>()[at] = T{});
}

template <class... Kinds>
template <class T>
void SidePoolsOf<Kinds...>::remove(Entry& entry) {
    const std::uint32_t at = place<T>(entry);
    if (at == none) return;
    pool<T>().give_back(at);
    const auto side = static_cast<std::uint32_t>(entry.side);
    sides_[side].places[position<T>] = none;
    if (std::ranges::all_of(sides_[side].places, [](std::uint32_t p) { return p == none; })) {
        sides_.give_back(side);
        entry.side = SideIndex::none;
    }
}

// tcp::Pickup: of connections picked up in mid-stream, while TcpState::inferred is set.
using SidePools =
    SidePoolsOf<Labels, Timestamps, SequenceAdjustment, SynproxyState, Master, Wishes, HelperState,
                HelperStream, SecurityMark, tcp::Pickup, StudyState, Mapping, SequenceHistory>;

}  // namespace gatehouse::track

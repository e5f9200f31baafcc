// What happened to connections, for those who watch: new, changed, gone.
//
// The engine's thread notes changes as it makes them; when the packet has ended they become one event for
// each connection, with the entry as it then is. Another thread may take the events out. When nobody does so
// in time, they are lost and counted. Nothing allocates after construction.
#pragma once
#include <array>
#include <cstdint>

#include "base/ring.h"
#include "track/table.h"

namespace gatehouse::track {

// Linux's numbers (enum ip_conntrack_events), as bits; CT --ctevents and ctnetlink speak of them.
namespace change {
constexpr std::uint32_t opened = 1u << 0;   // a new connection
constexpr std::uint32_t related = 1u << 1;  // a new connection that was expected
constexpr std::uint32_t ended = 1u << 2;
constexpr std::uint32_t reply = 1u << 3;  // its first answer
constexpr std::uint32_t assured = 1u << 4;
constexpr std::uint32_t protocol = 1u << 5;  // its protocol's state
constexpr std::uint32_t helper = 1u << 6;
constexpr std::uint32_t mark = 1u << 7;
constexpr std::uint32_t sequence_adjustment = 1u << 8;
constexpr std::uint32_t security_mark = 1u << 9;
constexpr std::uint32_t label = 1u << 10;
constexpr std::uint32_t synproxy = 1u << 11;
}  // namespace change

struct Event {
    std::uint32_t changes = 0;  // of `change`
    End why{};                  // if it ended
    ConnIndex connection = ConnIndex::none;
    Tick now{};  // in which Entry::expiry is to be understood
    Time time{};
    Entry entry{};
    // What side pools have of it, zeros if nothing.
    Timestamps timestamps{};
    Labels labels{};
    SecurityMark security_mark{};

    bool is_new() const { return (changes & (change::opened | change::related)) != 0; }
    bool is_end() const { return (changes & change::ended) != 0; }
};

class Events {
  public:
    // At most so many wait to be read.
    explicit Events(std::uint32_t room) : ring_(room) {}

    // The engine's thread: something of a connection has changed; the packet at hand has ended; a connection
    // has ended (as Watcher is told).
    void note(const Table& table, ConnIndex connection, std::uint32_t changes);
    void settle(const Table& table);
    void ended(const Table& table, ConnIndex connection, End why);

    // The reader's thread: take(const Event&) for at most `most` of them.
    template <class Take>
    std::uint32_t drain(std::uint32_t most, Take&& take) {
        return ring_.drain(most, take);
    }

    // Events that found the ring full.
    std::uint64_t lost() const { return lost_; }

  private:
    struct Noted {
        ConnIndex connection;
        std::uint32_t changes;
    };
    void post(const Table& table, ConnIndex connection, std::uint32_t changes, End why);

    Ring<Event> ring_;
    std::array<Noted, 8> noted_{};  // by the packet at hand; more connections are reported at once
    std::uint32_t noted_count_ = 0;
    std::uint64_t lost_ = 0;
};

}  // namespace gatehouse::track

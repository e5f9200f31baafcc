// The study's mode of tracking: connections of one kind are kept far longer than Linux keeps them, and every
// gap between their packets is recorded, so that a timeout can be chosen from what really happens.
//
//     half_closed   TCP connections of which one side's FIN has been acknowledged, while the other side has
//                   sent neither FIN nor RST; kept for a day
//     idle          established TCP connections (ten days) and UDP flows (a day)
//
// What happens to them is a stream of records, read from one other thread. A connection in study is kept only
// as long as nobody needs its place: a full table gives up the one that has been silent longest before any
// other. (Established TCP isn't among these: users would miss it.) Nothing allocates after construction.
#pragma once
#include <cstdint>
#include <optional>

#include "base/ring.h"
#include "packet/packet.h"
#include "track/table.h"
#include "track/tracker.h"

namespace gatehouse::track {

enum class StudyMode : std::uint8_t { half_closed, idle };

// What kind of spell is being recorded. A connection may have one behind the other.
enum class SpellKind : std::uint8_t {
    half_closed,
    tcp_established,
    udp,         // from its first packet on (nf_conntrack_udp_timeout)
    udp_stream,  // once it is assured (nf_conntrack_udp_timeout_stream)
};

// What ended a spell.
enum class SpellEnd : std::uint8_t {
    fin,                   // half closed: the other side's; established: the first
    reset,                 // by either side
    became_stream,         // udp: it goes on as udp_stream
    reopened,              // its ports opened the next connection
    silence,               // nobody sent anything for as long as it was kept
    keepalive_answered,    // the same; the last that was sent was a keepalive and its answer
    keepalive_unanswered,  // the same; the last that was sent was a keepalive
    lost,                  // the table needed its place, or somebody deleted it
};

struct StudyRecord {
    enum class What : std::uint8_t { begun, packet, ended };
    What what{};
    SpellKind kind{};
    SpellEnd end{};             // ended
    Direction by{};             // begun, half closed: whose FIN it was; packet: whose it is
    bool picked_up = false;     // begun: TCP whose beginning nobody saw, so that `original` is a guess
    std::uint64_t spell = 0;    // counts from 1
    Time time{};                // of the packet; of an end without one: when that was clear
    Nanoseconds gap = 0;        // since the packet before; ended: since the last one
    Nanoseconds remaining = 0;  // packet: what was left of `kept`
    Nanoseconds kept = 0;       // how long the connection was kept after each packet
    Nanoseconds total = 0;      // since the spell began
    Tuple original{};           // the connection's
};

class Study {
  public:
    // At most `room` records wait to be read; what finds no room is lost and counted.
    Study(StudyMode mode, std::uint32_t room) : mode_(mode), ring_(room) {}

    // The engine's thread: a connection has entered the table; a packet of one that is in it has been judged
    // and the entry brought up to date; a connection has ended (as Watcher is told).
    void begun(Table& table, ConnIndex connection);
    void judged(Table& table, Way way, const Packet& packet, const Judgement& judgement);
    void ended(Table& table, ConnIndex connection, End why);
    // Whoever has been silent longest of those that are kept for the study alone; none if there is nobody.
    ConnIndex least_needed() const { return oldest_; }

    // The reader's thread: take(const StudyRecord&) for at most `most` of them.
    template <class Take>
    std::uint32_t drain(std::uint32_t most, Take&& take) {
        return ring_.drain(most, take);
    }
    std::uint64_t lost() const { return lost_; }
    StudyMode mode() const { return mode_; }

  private:
    void judged_half_closed(Table& table, Way way, const Packet& packet);
    void judged_idle(Table& table, Way way, const Packet& packet);
    void note_keepalive(Table& table, Way way, const Packet& packet);
    StudyState* begin(Table& table, ConnIndex connection, SpellKind kind, Direction by);
    void count(Table& table, Way way);
    void finish(Table& table, ConnIndex connection, SpellEnd why, std::optional<Time> when = {});
    void keep(Table& table, ConnIndex connection);
    void enlist(Table& table, ConnIndex connection);
    void delist(Table& table, ConnIndex connection);
    void post(const Table& table, ConnIndex connection, StudyRecord record);

    StudyMode mode_;
    Ring<StudyRecord> ring_;
    std::uint64_t lost_ = 0, spells_ = 0;
    ConnIndex oldest_ = ConnIndex::none, newest_ = ConnIndex::none;
};

}  // namespace gatehouse::track

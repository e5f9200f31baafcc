// TCP: whether a segment belongs to its connection, and what it makes of it.
//
// First the phase (tcp_phase.h) says whether a segment of its kind can come at all; then the window
// (tcp_window.h) whether its numbers fit. Behaviour is that of Linux 6.18.
#pragma once
#include "track/proto/tcp_pickup.h"
#include "track/proto/tcp_segment.h"
#include "track/proto/tcp_settings.h"
#include "track/proto/tcp_state.h"
#include "track/tracker.h"

namespace gatehouse::track::tcp {

// What the tracker must know beside the segment and the connection's TcpState.
struct Circumstances {
    Direction direction{};
    bool opens = false;         // the connection's first packet
    std::uint32_t status = 0;   // the entry's, without what this packet changes
    Nanoseconds remaining = 0;  // until the entry expires
    const TimeoutPolicy& timeouts;
    // By how much the segment's sender sees its peer's numbers shifted (sequence adjustment); seldom else.
    std::int32_t ack_offset = 0;
    bool synproxy = false;  // SYNPROXY answers for the server
};

// Judges the segment. `state` becomes what the connection then is; of a connection's first packet it is
// written anew. Some of what is ignored or invalid leaves traces in it, too: an answer may show it good.
//
// `pickup`: of a connection's first packet a blank record, which is to be kept with the connection if
// `state.inferred` is then set; later that record if there is one. Null does as Linux does.
//
// An entry may get a shorter life by an invalid segment: `refresh` is set then. Entries with
// status::fixed_timeout keep theirs; that is up to the caller.
Judgement update(TcpState& state, const Segment& segment, const Circumstances& circumstances,
                 const Settings& settings, Pickup* pickup = nullptr);

// Whether early drop may take an assured connection in this phase: it is closing.
bool is_closing(TcpPhase phase);

}  // namespace gatehouse::track::tcp

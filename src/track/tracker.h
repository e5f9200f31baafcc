// What a protocol's tracker says of a packet, and the form that all trackers have.
//
// A tracker is pure: from a connection's protocol state, a packet, its direction, the time and the settings
// it makes the next state and a judgement. It keeps nothing, asks nobody, and may be called on any thread.
// One file a protocol in proto/; tracker_of.cc lists them.
#pragma once
#include <cstdint>

#include "packet/packet.h"
#include "track/status.h"
#include "track/tick.h"
#include "track/timeouts.h"
#include "track/tuple.h"

namespace gatehouse::track {

enum class Verdict : std::uint8_t {
    accept,   // it belongs to the connection and moves it on
    ignore,   // it belongs to the connection, which it neither changes nor refreshes
    invalid,  // it doesn't belong here; the packet goes on untracked, as INVALID
    reopen,   // the connection is over and this packet opens the next one under the same tuple
};

// What a tracker is asked.
struct Question {
    const Packet& packet;  // parsed, and found fit
    Direction direction{};
    bool opens = false;        // it is the connection's first packet
    std::uint32_t status = 0;  // the entry's, without what this packet changes
    Tick now{};
    Nanoseconds remaining = 0;  // until the entry expires; 0 of one that opens
    const TimeoutPolicy& timeouts;
};

struct Judgement {
    Verdict verdict = Verdict::accept;
    Finding finding{};  // why, unless `accept`: what was compared, in numbers
    // The connection lives on for `lifetime` from now, when `refresh` is set.
    bool refresh = true;
    Nanoseconds lifetime = 0;
    std::uint32_t set_status = 0;  // status::assured, once the tracker is sure
    bool kill = false;             // the connection goes, whatever becomes of the packet
    bool state_changed = false;    // an event for those who watch the protocol's state
};

constexpr Judgement invalid(Finding why) {
    return {.verdict = Verdict::invalid, .finding = why, .refresh = false};
}

}  // namespace gatehouse::track

// Learning the window scales of a connection picked up in mid-stream, whose handshake nobody saw. A record
// goes with such a connection, beside the table; few connections have one.
//
// Of each side's scale an interval [least, most] is known, [0, 14] at first (TcpState::scale). Windows are
// reckoned with `most`, so that nothing good is held to be out of the window.
//
// - `least` rises to what explains data that the side acknowledged beyond the edge which it had offered.
// - `most` falls when an offer shrinks, since an honest right edge doesn't move left: from field w1 to w2
// over
//   d acknowledged bytes, 2^most <= (d - 1) / (w1 - w2 - 1). Three such observations must agree.
// - A side that acknowledges data beyond the edge at `most`, or moves an edge left even at `least`, shrinks
//   its windows: of it nothing is learnt any more, and its interval stays [0, 14].
//
// Evidence are only segments at exactly the sender's highest sequence number whose acknowledgment fits, so
// that nobody off the path steers what is learnt. And only what happens some round trips after the pickup:
// before, ends may still act on what they were told when nobody looked. The bounds are enforced for the data
// of a side once its peer has acknowledged, over some round trips, no more than was seen here: then its
// highest number is known.
#pragma once
#include <cstdint>

#include "track/proto/tcp_state.h"

namespace gatehouse::track::tcp {

struct PickupSide {
    // Of the windows that the side offers.
    std::uint32_t edge[15]{};       // the highest right edge offered, by scale
    std::uint16_t most_window = 0;  // unscaled
    bool edges = false;             // the above are set
    bool shrinks = false;
    std::uint32_t last_ack = 0;     // the offer since which windows have only become less
    std::uint16_t last_window = 0;  // unscaled
    bool offered = false;           // these two are set
    std::uint8_t agreeing = 0;      // observations in a row that say `agreed`
    std::uint8_t agreed = 0;

    // Of the data that the side sends.
    std::uint32_t mark = 0;   // its highest number when the present round trip began
    bool marked = false;      // `mark` is set
    bool sent_since = false;  // it has sent something in order in this round trip
    std::uint8_t rounds = 0;  // round trips in a row after which all that was seen had been acknowledged
    bool settled = false;
};

struct Pickup {
    PickupSide side[2];
};

// One accepted segment, as the window check sees it. `state` is as it was before the segment.
struct PickupSegment {
    unsigned mine = 0;  // the side that sent it
    std::uint32_t seq = 0, end = 0, ack = 0;
    std::uint16_t window = 0;  // unscaled
    bool acknowledges = false;
};

// Learns from a segment: of `state`, the scales and what was reckoned with them may change.
void learn(Pickup& pickup, TcpState& state, const PickupSegment& segment);

// Whether the bounds hold for the data of this side and for the acknowledgments of it.
inline bool enforced(const Pickup* pickup, unsigned side) {
    return pickup == nullptr || pickup->side[side].settled;
}

}  // namespace gatehouse::track::tcp

// Whether a segment's numbers fit what was seen of its connection: the window check of G. van Rooij, "Real
// Stateful TCP Packet Filtering in IP Filter" (SANE 2000), with the four bounds as he labels them:
//
//   I    seq  <= sender.max_end                         data that the receiver's window admits
//   II   end  >= sender.end - receiver.max_window       data that may still be under way
//   III  ack  <= receiver.end                           an acknowledgment of what was sent
//   IV   ack  >= receiver.end - MAXACKWINDOW            an acknowledgment that isn't too old
//
// where `ack` is the highest edge that the segment acknowledges, selectively too, and MAXACKWINDOW the
// sender's largest window, at least 66,000. A segment must reach into the window, not lie in it.
//
// I and III make a segment invalid. It is ignored when it misses II or IV, being late, and when it misses I
// alone by no more than a window, the receiver having taken more than it had offered.
#pragma once
#include "track/proto/tcp_pickup.h"
#include "track/proto/tcp_segment.h"
#include "track/proto/tcp_settings.h"
#include "track/tracker.h"

namespace gatehouse::track::tcp {

struct WindowAnswer {
    Verdict verdict = Verdict::accept;
    Finding finding{};
};

// Judges the segment and, if it is accepted, moves the windows on. `ack_offset`: by how much the sender sees
// its peer's sequence numbers shifted (NAT helpers that change lengths).
//
// The windows of a side that wasn't seen before begin with its first segment, and those of one that opens
// anew with its SYN, even when the segment then fails a bound.
//
// `pickup` goes with a connection whose window scales are being learnt, else it is null. The connection is
// liberal until both sides have been seen; then the bounds hold for each side as soon as the pickup says so.
WindowAnswer check_window(TcpState& state, const Segment& segment, Direction direction,
                          std::int32_t ack_offset, const Settings& settings, Pickup* pickup);

}  // namespace gatehouse::track::tcp

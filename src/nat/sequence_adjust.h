// Segments of a connection in whose data something was made longer or shorter: their sequence numbers,
// acknowledgments and SACK blocks, as the receiver must see them (RFC 2663, 4.2; RFC 2018).
//
// Pure but for the packet.
#pragma once
#include "packet/packet.h"
#include "track/side.h"
#include "track/tuple.h"

namespace gatehouse::nat {

// `direction`: the segment's. Its checksum follows.
void adjust_sequence(Packet& packet, const track::SequenceAdjustment& adjustment, track::Direction direction);

}  // namespace gatehouse::nat

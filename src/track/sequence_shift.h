// How far a side's sequence numbers are off behind what helpers changed in its data: the arithmetic that
// translation rewrites segments by, and that window checks undo it by.
//
// Each change of length stands at a sequence number of the sender's; several may be outstanding, and a
// segment, an acknowledgment or a SACK block is shifted by those that it lies behind. Pure.
#pragma once
#include <cstdint>

#include "track/side.h"

namespace gatehouse::track::sequence_shift {

using One = SequenceAdjustment::One;

// From now on what the sender numbers past `position` is `delta` bytes further on. A position that isn't past
// the newest one says nothing new (a retransmission). When there are more than fit, the oldest is forgotten:
// by then it has been acknowledged.
void note(One& one, std::uint32_t position, std::int32_t delta);

// By how much this sequence number of the sender's differs from what its receiver sees.
std::int32_t of_sent(const One& one, std::uint32_t sequence);
// The same, asked with a number as the receiver sees it: what an acknowledgment is too high by.
std::int32_t of_seen(const One& one, std::uint32_t sequence);

}  // namespace gatehouse::track::sequence_shift

// How far a side's sequence numbers are off behind what helpers changed in its data: the arithmetic that
// translation rewrites segments by, and that window checks undo it by.
//
// Each change of length stands at a sequence number of the sender's; several may be outstanding, and a
// segment, an acknowledgment or a SACK block is shifted by those that it lies behind. Pure.
#pragma once
#include <cstdint>
#include <optional>

#include "track/side.h"

namespace gatehouse::track::sequence_shift {

using One = SequenceAdjustment::One;
using Older = SequenceHistory::One;

// From now on what the sender numbers past `position` is `delta` bytes further on. A position that isn't past
// the newest one says nothing new (a retransmission). When there are more than fit, the oldest finds no room
// any more, and is returned: for remember(), unless it has been acknowledged.
std::optional<One::Earlier> note(One& one, std::uint32_t position, std::int32_t delta);
// Keeps what note() gave back, and forgets what lies before `acknowledged`, a number of the sender's. False:
// too many aren't acknowledged.
bool remember(Older& older, const One::Earlier& change, std::uint32_t acknowledged);

// By how much this sequence number of the sender's differs from what its receiver sees. `older`: what was
// remembered.
std::int32_t of_sent(const One& one, std::uint32_t sequence, const Older* older = nullptr);
// The same, asked with a number as the receiver sees it: what an acknowledgment is too high by.
std::int32_t of_seen(const One& one, std::uint32_t sequence, const Older* older = nullptr);

// Both of one direction of a connection that has them.
struct Shifts {
    const One& one;
    const Older* older;

    std::int32_t of_sent(std::uint32_t sequence) const {
        return sequence_shift::of_sent(one, sequence, older);
    }
    std::int32_t of_seen(std::uint32_t sequence) const {
        return sequence_shift::of_seen(one, sequence, older);
    }
};
// Nothing if the connection's numbers have never been changed.
template <class Pools>
std::optional<Shifts> shifts_of(const Pools& side, const Entry& entry, unsigned direction) {
    const auto* const adjustment = side.template find<SequenceAdjustment>(entry);
    if (adjustment == nullptr) return {};
    const auto* const history = side.template find<SequenceHistory>(entry);
    return Shifts{adjustment->one[direction], history == nullptr ? nullptr : &history->one[direction]};
}

}  // namespace gatehouse::track::sequence_shift

// Segments of a connection whose sides know each other's numbers by different values, because something in
// between changed lengths or made up a beginning: brought from one side's numbers to the other's.
//
// Tracking sees every side's numbers as that side writes them, and a segment is shifted when it leaves.
#pragma once
#include <cstdint>

#include "packet/packet.h"
#include "track/table.h"

namespace gatehouse::track {

// What `direction` sends is shifted by `offset` from now on, wherever in its data; by 0: as it was. Nothing
// when there is no room for it.
void set_offset(Table& table, ConnIndex connection, Direction direction, std::int32_t offset);

// Shifts a TCP segment of a connection with status::sequence_adjusted: its number, what it acknowledges,
// selectively too. Checksums follow. `older`: nullptr if it has none.
void adjust_sequence(Packet& packet, const SequenceAdjustment& adjustment, const SequenceHistory* older,
                     Direction direction);

}  // namespace gatehouse::track

// A packet and the interface it comes in by, written in one line.
#pragma once
#include <string>
#include <string_view>

#include "frontend/scenario/fields.h"
#include "network/network.h"

namespace gatehouse::frontend::scenario {

struct WrittenPacket {
    std::string interface;
    Fields packet;
};

// "lan tcp 10.0.0.2:40000 > 192.0.2.9:80 S"; a `<` behind the interface, as in scenarios, is passed over. An
// error has the place "<packet>" with its column.
Result<WrittenPacket> read_written(std::string_view text);

// MAC addresses that aren't written: to the interface itself, from the sender's neighbour entry, or from the
// interface's first neighbour. Leaves a frame in hexadecimal alone.
void fill_macs(const network::Port& in, Fields& packet);

}  // namespace gatehouse::frontend::scenario

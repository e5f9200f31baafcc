// Packets that belong to earlier ones, for connection tracking to tell.
#pragma once
#include <optional>

#include "packets.h"

namespace gatehouse::generator {

// A packet of the same connection as the one in `frame`: the same once more, its answer, what its sender
// would say next, or an ICMP error about it. Nothing if that packet isn't a plain one: without options,
// extension headers or fragments.
std::optional<Frame> follow(Draw& draw, const Frame& frame);

}  // namespace gatehouse::generator

// Random packets at the edges of a ruleset.
#pragma once
#include <span>
#include <vector>

#include "draw.h"

namespace gatehouse::generator {

struct Frame {
    unsigned port = 0;  // of the network's
    std::vector<std::uint8_t> bytes;
};

// The frames of a random packet: one, or the fragments that it comes in. Some packets belong to those in
// `earlier` frames (follow.h).
std::vector<Frame> random_frames(Draw& draw, std::span<const Frame> earlier);

}  // namespace gatehouse::generator

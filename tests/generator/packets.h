// Random packets at the edges of a ruleset.
#pragma once
#include <vector>

#include "draw.h"

namespace gatehouse::generator {

struct Frame {
    unsigned port = 0;  // of the network's
    std::vector<std::uint8_t> bytes;
};

// The frames of a random packet: one, or the fragments that it comes in.
std::vector<Frame> random_frames(Draw& draw);

}  // namespace gatehouse::generator

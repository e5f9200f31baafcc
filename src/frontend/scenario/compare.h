// One packet that left, held against what the scenario says of it. Pure functions.
#pragma once
#include <string>

#include "frontend/scenario/scenario.h"

namespace gatehouse::frontend::scenario {

// A line for each field that isn't as expected; empty if all are. `input` is the frame that came in.
std::string differences(const Leaving& leaving, const network::Network& network, Bytes input, Bytes actual);

// "tcp 10.0.1.2:40000 > 198.51.100.9:80 S, ttl 63, 44 bytes"
std::string brief(Bytes frame);

}  // namespace gatehouse::frontend::scenario

// What a timeout costs: the entries that a table holds. Pure.
#pragma once
#include "study/flow.h"

namespace gatehouse::study {

struct Cost {
    double mean = 0;         // by Little's law: the rate of flows, times how long each one's entry is held
    std::uint64_t peak = 0;  // most at once, in what was seen
};

// `watched`: for how long flows were looked for. An entry is held until its flow ends, or has been silent for
// the timeout; nothing that comes later to a flow that it broke is held. Of a flow that was cut off it is
// supposed that it sent no more.
Cost cost_of(Flows flows, Nanoseconds timeout, Nanoseconds watched);

}  // namespace gatehouse::study

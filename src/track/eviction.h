// What it would cost its users if a connection were lost: a full table gives up what costs least.
//
// Pure; any thread.
#pragma once
#include <cstdint>

#include "track/entry.h"

namespace gatehouse::track {

enum class Cost : std::uint8_t {
    nothing,      // its time is over
    unreplied,    // nobody has answered: all that a flood can make
    closing,      // its ends are saying goodbye
    replied,      // answered, but not yet assured
    untouchable,  // assured and in use, or not in the table
};

Cost cost_of_losing(const Entry& entry, Tick now);

}  // namespace gatehouse::track

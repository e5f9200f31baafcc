// What is looked up of a packet's connection before its life begins.
#pragma once
#include <cstdint>

#include "track/index.h"

namespace gatehouse::track {

// Of a packet as it came in, outside any zone.
struct Ahead {
    Index::Place place{};  // where the index has its tuple, if it does
    bool known = false;    // there is such a tuple
    // The connection that it most likely belongs to: whoever goes by it looks whether it does.
    Way likely{};
};

}  // namespace gatehouse::track

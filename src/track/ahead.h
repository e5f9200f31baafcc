// What is looked up of a packet's connection before its life begins.
#pragma once
#include <cstdint>

#include "track/tuple.h"

namespace gatehouse::track {

// The hash of a packet's tuple as it came in, outside any zone. Good for whoever has that tuple: the packet
// itself, unless something has changed it since.
struct Ahead {
    Tuple tuple{};
    std::uint64_t hash = 0;
    bool known = false;

    bool is_of(const Tuple& wanted, Zone zone) const { return known && zone == Zone{} && tuple == wanted; }
};

}  // namespace gatehouse::track

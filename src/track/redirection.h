// What an expected connection takes over from its expectation, and how many kinds of expectations there are.
#pragma once
#include <cstdint>

#include "track/tuple.h"

namespace gatehouse::track {

// Classes of expectations that a helper may have, numbered from 0.
constexpr unsigned most_classes = 4;

// How an expected connection is to be translated: nat's to fill in before the expectation enters the table,
// and to read when the connection has come (side.h's Master has it).
struct Redirection {
    std::uint8_t manner;        // nat's own number; 0: not for its master's sake
    Direction announced;        // the direction of the master's packet that told of it
    std::uint16_t port;         // where it is sent on to; of GRE the key
    std::uint16_t source_port;  // whence it seems to come, or the key; 0: whatever is free
    Address address;
    friend bool operator==(const Redirection&, const Redirection&) = default;
};

}  // namespace gatehouse::track

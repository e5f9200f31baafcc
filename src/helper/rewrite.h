// What nat has written into one direction of a TCP stream, remembered until it is acknowledged: whatever of
// it is sent again, and however that is cut, becomes the same bytes for whoever gets them.
#pragma once
#include <array>
#include <cstdint>
#include <span>

#include "base/sequence.h"
#include "helper/mention.h"
#include "packet/packet.h"

namespace gatehouse::helper {

struct Rewrite {
    std::uint32_t sequence = 0;  // of the first byte that it stands for, as its sender counts
    std::uint16_t length = 0;    // how many those are
    std::uint16_t size = 0;      // and how many have taken their place
    std::array<std::uint8_t, longest_written> text;

    std::uint32_t end() const { return sequence + length; }
    Bytes bytes() const { return Bytes(text).first(size); }
};

// Puts them into a TCP segment that came as its sender wrote it; they are sorted, and apart from each other.
// Of one that the segment holds in part it gets that part: up to the last byte, as many bytes of the new text
// as of the old one, then the rest. A segment that begins behind what has become shorter is numbered from its
// end on. False: there is no room for it.
bool rewrite_segment(Packet& packet, std::span<const Rewrite> rewrites);

}  // namespace gatehouse::helper

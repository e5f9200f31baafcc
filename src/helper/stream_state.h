// Bits of HelperStream::One::state that belong to helpers' driver (others are Streams').
#pragma once
#include <cstdint>

namespace gatehouse::helper::stream_state {

constexpr std::uint8_t skipping = 16;  // up to the end of the line
constexpr std::uint8_t given_up = 32;
constexpr std::uint8_t passing = 64;  // over what stands before One::resume

}  // namespace gatehouse::helper::stream_state

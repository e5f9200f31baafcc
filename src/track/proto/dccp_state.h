// What is remembered of a DCCP connection.
#pragma once
#include <cstdint>

namespace gatehouse::track {

struct DccpState {
    std::uint32_t handshake_high = 0, handshake_low = 0;  // the 48-bit sequence number of the handshake
    std::uint8_t phase = 0;
    std::uint8_t role = 0;  // the original direction's: client or server
    std::uint8_t last_kind = 0;
    std::uint8_t last_direction = 0;
};

}  // namespace gatehouse::track

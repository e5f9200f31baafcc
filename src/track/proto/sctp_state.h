// What is remembered of an SCTP association.
#pragma once
#include <cstdint>

namespace gatehouse::track {

struct SctpState {
    std::uint32_t tag[2]{};  // the verification tag that packets of a direction bear
    std::uint8_t phase = 0;
    std::uint8_t last_direction = 0;
    std::uint8_t flags = 0;
};

}  // namespace gatehouse::track

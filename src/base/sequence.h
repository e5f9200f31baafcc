// Sequence numbers that wrap around: 32 bits, compared by their difference (RFC 9293, 3.4).
#pragma once
#include <cstdint>

namespace gatehouse {

// Whether a comes before b, b being less than 2^31 away.
constexpr bool before(std::uint32_t a, std::uint32_t b) { return static_cast<std::int32_t>(a - b) < 0; }
constexpr bool after(std::uint32_t a, std::uint32_t b) { return before(b, a); }

}  // namespace gatehouse

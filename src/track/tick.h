// The connection table's time.
#pragma once
#include <cstdint>

namespace gatehouse::track {

// Milliseconds since the table's beginning, modulo 2^32: compared by their difference, as timeouts stay below
// 24 days (Linux's own limit at a thousand ticks a second).
struct Tick {
    std::uint32_t value = 0;
    friend constexpr bool operator==(Tick, Tick) = default;
    friend constexpr std::int32_t operator-(Tick a, Tick b) {
        return static_cast<std::int32_t>(a.value - b.value);
    }
    friend constexpr Tick operator+(Tick t, std::uint32_t milliseconds) { return {t.value + milliseconds}; }
};

}  // namespace gatehouse::track

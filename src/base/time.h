// Time as the engine sees it: handed in with each packet, never read from a clock.
#pragma once
#include <compare>
#include <cstdint>

namespace gatehouse {

using Nanoseconds = std::int64_t;

constexpr Nanoseconds microsecond = 1'000;
constexpr Nanoseconds millisecond = 1'000'000;
constexpr Nanoseconds second = 1'000'000'000;

// Nanoseconds since the Unix epoch.
struct Time {
    Nanoseconds since_epoch = 0;

    friend constexpr auto operator<=>(Time, Time) = default;
    friend constexpr Time operator+(Time t, Nanoseconds d) { return {t.since_epoch + d}; }
    friend constexpr Nanoseconds operator-(Time a, Time b) { return a.since_epoch - b.since_epoch; }
};

}  // namespace gatehouse

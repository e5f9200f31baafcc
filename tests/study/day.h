// A day of TCP connections whose true distributions are known: each is silent now and then while it is
// established, and while it is half closed.
//
// A connection belongs to one of three services. In each of its two phases it has N silences, P(N = n) =
// (1 - r) r^(n-1), each longer than t with probability (1 + t/s)^-a (Lomax); a packet ends each of them. So
// its longest one is shorter than t with probability (1 - r) F / (1 - r F). One half-closed connection in
// twenty then says nothing any more. Connections begin at random over the day, which ends when it does,
// whatever they are about.
#pragma once
#include <array>
#include <cstdint>
#include <functional>

#include "base/bytes.h"
#include "base/time.h"

namespace gatehouse::study_day {

struct Silences {
    double scale = 1;  // s, in seconds
    double shape = 2;  // a
    double again = 0;  // r
};

struct Service {
    std::uint16_t port = 0;
    double part = 0;  // of all connections
    Silences established, half_closed;
};

inline constexpr std::array services{
    Service{80, 0.6, {20, 2.2, 0.6}, {2, 2.5, 0.3}},
    Service{443, 0.3, {40, 2.5, 0.7}, {5, 2, 0.3}},
    Service{22, 0.1, {60, 3, 0.9}, {60, 3, 0.6}},
};

enum class Phase : std::uint8_t { established, half_closed };

// The true share that a timeout breaks, and the timeout that breaks just that share.
double true_share(Phase phase, double timeout);
double true_timeout(Phase phase, double share);

// The packets of a day with so many connections, in order.
void make_day(std::uint64_t seed, std::uint32_t connections, const std::function<void(Time, Bytes)>& packet);

}  // namespace gatehouse::study_day

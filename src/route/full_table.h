// Synthetic routing tables with the shape of the Internet's, and destinations to look up in them.
//
// Seeded: the same seed gives the same routes. For tests and benchmarks.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "route/types.h"

namespace gatehouse::route {

// `count` routes with distinct prefixes, lengths mixed as in the global tables of 2024 (three in five of
// IPv4's are /24, half of IPv6's /48), clustered in the space that is handed out, in no order. The next hops
// are drawn from `nexthops` (which mustn't be empty).
std::vector<Route> full_table(Family family, std::size_t count, std::uint64_t seed,
                              std::span<const Nexthop> nexthops);

// `count` destinations, each inside one of the routes at random.
std::vector<Address> destinations_in(std::span<const Route> routes, std::size_t count, std::uint64_t seed);

struct LookupFigures {
    double build_seconds = 0;
    double nanoseconds = 0;  // a look-up, over 65,536 destinations inside the routes, in the best round
    std::size_t bytes = 0;   // of the table
};
// Builds a table of `count` routes and looks addresses up in it `rounds` times over. `now` gives the time in
// seconds from any start.
LookupFigures measure_lookup(Family family, std::size_t count, std::uint64_t seed, unsigned rounds,
                             double (*now)());

}  // namespace gatehouse::route

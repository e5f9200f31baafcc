// The network that the benchmarks' packets cross: a router between `in` and `out`, with the routes of an
// Internet table behind `out` and many clients behind `in`.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "route/router.h"

namespace gatehouse::frontend::bench {

inline constexpr InterfaceId in_id{1}, out_id{2};
inline constexpr Mac host_mac{{2, 0, 0, 0, 1, 2}}, router_mac{{2, 0, 0, 0, 1, 1}};
inline constexpr Mac out_mac{{2, 0, 0, 0, 2, 1}}, next_mac{{2, 0, 0, 0, 2, 2}};

// Host number `host` of the network behind `in` (1) or `out` (2): 10.1.0.0/16, fd00:1::/64 and so on.
Address host_of(Family family, InterfaceId interface, std::uint32_t host);
// Client number `client` of those that a gateway leads to behind `in`: 172.16.0.0/12, fd01::/64.
Address client_of(Family family, std::uint32_t client);

struct Surroundings {
    std::shared_ptr<route::Router> router;
    std::vector<Address> destinations;  // drawn over the routes
};
// A router with `routes` routes beside its connected ones.
Surroundings make_surroundings(Family family, std::size_t routes, std::size_t destinations);

}  // namespace gatehouse::frontend::bench

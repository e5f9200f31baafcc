#include "frontend/bench/network.h"

#include <cassert>

#include "route/full_table.h"

namespace gatehouse::frontend::bench {

namespace {

std::vector<route::Nexthop> gateways(Family family) {
    std::vector<route::Nexthop> hops;
    hops.reserve(16);
    for (std::uint32_t i = 0; i < 16; ++i) {
        hops.push_back({.interface = out_id,
                        .has_gateway = true,
                        .gateway_family = family,
                        .gateway = host_of(family, out_id, 256 + i)});
    }
    return hops;
}

std::shared_ptr<route::Router> make_router(Family family, const std::vector<route::Route>& routes,
                                           const std::vector<route::Nexthop>& hops) {
    const std::uint8_t length = is_v4(family) ? 16 : 64;
    Interfaces interfaces;
    interfaces.add({.name = "lo",
                    .mtu = 65536,
                    .loopback = true,
                    .addresses = {{Family::ipv4, Address::v4(0x7f000001), 8}}});
    interfaces.add(
        {.name = "in", .mac = router_mac, .addresses = {{family, host_of(family, in_id, 1), length}}});
    interfaces.add(
        {.name = "out", .mac = out_mac, .addresses = {{family, host_of(family, out_id, 1), length}}});
    auto router = std::make_shared<route::Router>(interfaces);
    for (const auto& hop : hops) router->neighbours().set(hop.interface, family, hop.gateway, next_mac);
    auto added = router->add_all(routes);
    assert(added);
    const Address back = host_of(family, in_id, 2);
    router->neighbours().set(in_id, family, back, host_mac);
    added = router->add(
        {.prefix = {family, client_of(family, 0), static_cast<std::uint8_t>(is_v4(family) ? 12 : 64)},
         .nexthop = {.interface = in_id, .has_gateway = true, .gateway_family = family, .gateway = back}});
    assert(added);
    static_cast<void>(added);
    return router;
}

}  // namespace

Address host_of(Family family, InterfaceId interface, std::uint32_t host) {
    if (is_v4(family)) return Address::v4(0x0a000000u | index(interface) << 16 | host);
    return {{0xfd000000u | index(interface), 0, 0, host}};
}

Address client_of(Family family, std::uint32_t client) {
    if (is_v4(family)) return Address::v4(0xac100000u | client);
    return {{0xfd010000u, 0, 0, client}};
}

Surroundings make_surroundings(Family family, std::size_t count, std::size_t destinations) {
    const auto hops = gateways(family);
    auto routes = route::full_table(family, count, 1, hops);
    // The router's own networks, its clients' and loopback addresses are no place to send anything to.
    std::erase_if(routes, [&](const route::Route& r) {
        const auto first = r.prefix.address.words[0] >> 24;
        return is_v4(family) && (first == 10 || first == 127 || first == 172);
    });
    auto drawn = route::destinations_in(routes, destinations, 2);
    return {make_router(family, routes, hops), std::move(drawn)};
}

}  // namespace gatehouse::frontend::bench

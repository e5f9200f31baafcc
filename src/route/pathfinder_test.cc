#include "route/pathfinder.h"

#include <gtest/gtest.h>
#include <vector>

#include "base/random.h"
#include "route/router.h"

namespace gatehouse::route {
namespace {

constexpr InterfaceId lan{0}, wan{1};

Interfaces two_links() {
    Interfaces interfaces;
    interfaces.add({.name = "lan",
                    .addresses = {{Family::ipv4, Address::v4(0x0a000001), 24},
                                  {Family::ipv6, {{0xfd000001, 0, 0, 1}}, 64}}});
    interfaces.add({.name = "wan",
                    .addresses = {{Family::ipv4, Address::v4(0xc0000201), 24},
                                  {Family::ipv6, {{0xfd000002, 0, 0, 1}}, 64}}});
    return interfaces;
}

Nexthop gateway(Family family, std::uint32_t host) {
    const Address address =
        is_v4(family) ? Address::v4(0xc0000200 | host) : Address{{0xfd000002, 0, 0, host}};
    return {.interface = wan, .has_gateway = true, .gateway_family = family, .gateway = address};
}

Address destination(Family family, std::uint32_t n) {
    return is_v4(family) ? Address::v4(0x50000000 + n * 0x40) : Address{{0x20010db8, n << 8, 0, 1}};
}

// Enough routes for searches to be remembered; some are no common ones.
Router router_with_routes(Family family, std::uint32_t seed) {
    Router router(two_links());
    Random random(seed);
    for (std::uint32_t n = 0; n < 2'000; ++n) {
        Nexthop hop = gateway(family, 2 + random.below(5));
        if (n % 17 == 0) hop = {.type = RouteType::unreachable};
        if (n % 19 == 0) hop.mtu = 1280;
        const auto length = static_cast<std::uint8_t>(is_v4(family) ? 24 + random.below(3) : 56);
        const Prefix prefix{family, destination(family, n) & prefix_mask(length), length};
        static_cast<void>(router.add({.prefix = prefix, .nexthop = hop}));
    }
    return router;
}

class Ahead : public testing::TestWithParam<Family> {
  protected:
    // What is said of many destinations, known already or not, is what the router says.
    void compare(const Router& router, Random& random) {
        const Family family = GetParam();
        for (unsigned round = 0; round < 400; ++round) {
            std::vector<Packet> packets(8);
            std::vector<Packet*> group;
            for (Packet& packet : packets) {
                packet.in = lan;
                packet.flat.network = true;
                packet.flat.family = family;
                packet.flat.source = destination(family, 70'000);
                packet.flat.destination = destination(family, random.below(2'100));
                // Some are the host's own.
                if (random.below(20) == 0)
                    packet.flat.destination = router.interfaces()[wan].addresses[!is_v4(family)].address;
                group.push_back(&packet);
            }
            std::vector<Descent> descents(packets.size());
            for (std::size_t i = 0; i < group.size(); ++i) pathfinder.begin(group[i]->flat, descents[i]);
            if (random.below(2) == 0) Descent::recall(descents);
            for (unsigned step = random.below(4); step > 0; --step) Descent::step(descents);
            Descent::finish(descents);
            pathfinder.ask_for_neighbours(descents);
            for (std::size_t i = 0; i < packets.size(); ++i) {
                const Flat& flat = packets[i].flat;
                const Key key{.family = family,
                              .source = flat.source,
                              .destination = flat.destination,
                              .interface = lan};
                const Decision asked = router.input(key);
                Decision plain;
                if (router.input_plainly(packets[i], lan, descents[i], plain)) {
                    ++plain_ones;
                } else {
                    plain = router.input(key, &descents[i]);
                }
                ASSERT_EQ(plain.kind, asked.kind) << to_string(key.destination, family);
                ASSERT_EQ(plain.type, asked.type);
                ASSERT_EQ(plain.reason, asked.reason);
                ASSERT_EQ(plain.interface, asked.interface);
                ASSERT_EQ(plain.nexthop, asked.nexthop) << to_string(key.destination, family);
            }
        }
    }

    Pathfinder pathfinder;
    unsigned plain_ones = 0;
};

TEST_P(Ahead, IsWhatTheRouterSaysAlsoWhenRoutesHaveChanged) {
    Random random(3);
    for (const std::uint32_t seed : {1, 2, 3}) {
        const Router router = router_with_routes(GetParam(), seed);
        pathfinder.use(router);
        compare(router, random);
    }
    EXPECT_GT(plain_ones, 6'000u);
}

INSTANTIATE_TEST_SUITE_P(Families, Ahead, testing::Values(Family::ipv4, Family::ipv6),
                         [](const auto& one) { return is_v4(one.param) ? "v4" : "v6"; });

}  // namespace
}  // namespace gatehouse::route

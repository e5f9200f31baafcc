#include "route/router.h"

#include <algorithm>
#include <gtest/gtest.h>

#include "packet/reason.h"
#include "route/full_table.h"
#include "route/pathfinder.h"
#include "route/text.h"

namespace gatehouse::route {
namespace {

constexpr InterfaceId lo{0}, lan{1}, wan{2}, down{3};

Address a4(const char* text) { return *parse_address(text, Family::ipv4); }
Address a6(const char* text) { return *parse_address(text, Family::ipv6); }

InterfaceAddress own(std::string_view text) {
    const auto prefix = *parse_prefix(text);
    return {prefix.family, *parse_address(text.substr(0, text.find('/')), prefix.family), prefix.length};
}

Interfaces some() {
    Interfaces all;
    all.add({.name = "lo", .loopback = true});
    all.add({.name = "lan",
             .addresses = {own("10.0.0.1/24"), own("10.0.0.2/24"), own("10.1.0.1/31"), own("10.2.0.1/32"),
                           own("2001:db8:1::1/64"), own("fe80::1/64")}});
    all.add({.name = "wan", .addresses = {own("192.0.2.1/24"), own("2001:db8:2::1/127")}});
    all.add({.name = "down", .up = false, .addresses = {own("10.7.0.1/24"), own("2001:db8:7::1/64")}});
    return all;
}

std::vector<std::string> listed(const Router& router, Family family) {
    std::vector<std::string> lines;
    router.for_each_route(family,
                          [&](const Route& r) { lines.push_back(to_string(r, router.interfaces())); });
    std::sort(lines.begin(), lines.end());
    return lines;
}

Result<void> add(Router& router, const char* text) {
    const auto route = parse_route(text, router.interfaces());
    return route ? router.add(*route) : std::unexpected(route.error());
}

// As `ip route show table all` lists them for these addresses.
TEST(Router, MakesTheRoutesOfItsAddressesAsTheKernelDoes) {
    const Router router(some());
    std::vector<std::string> v4 = {"10.0.0.0/24 dev lan scope link src 10.0.0.1",
                                   "10.1.0.0/31 dev lan scope link src 10.1.0.1",
                                   "192.0.2.0/24 dev wan scope link src 192.0.2.1",
                                   "local 10.0.0.1 dev lan table local scope host src 10.0.0.1",
                                   "local 10.0.0.2 dev lan table local scope host src 10.0.0.1",
                                   "broadcast 10.0.0.255 dev lan table local scope link src 10.0.0.1",
                                   "local 10.1.0.1 dev lan table local scope host src 10.1.0.1",
                                   "local 10.2.0.1 dev lan table local scope host src 10.2.0.1",
                                   "local 10.7.0.1 dev down table local scope host src 10.7.0.1",
                                   "local 127.0.0.0/8 dev lo table local scope host src 127.0.0.1",
                                   "local 127.0.0.1 dev lo table local scope host src 127.0.0.1",
                                   "broadcast 127.255.255.255 dev lo table local scope link src 127.0.0.1",
                                   "local 192.0.2.1 dev wan table local scope host src 192.0.2.1",
                                   "broadcast 192.0.2.255 dev wan table local scope link src 192.0.2.1"};
    std::vector<std::string> v6 = {"2001:db8:1::/64 dev lan metric 256",
                                   "2001:db8:2::/127 dev wan metric 256",
                                   "fe80::/64 dev lan metric 256",
                                   "local ::1 dev lo table local",
                                   "anycast 2001:db8:1:: dev lan table local",
                                   "local 2001:db8:1::1 dev lan table local",
                                   "local 2001:db8:2::1 dev wan table local",
                                   "anycast fe80:: dev lan table local",
                                   "local fe80::1 dev lan table local",
                                   "multicast ff00::/8 dev lan table local metric 256",
                                   "multicast ff00::/8 dev wan table local metric 256"};
    std::sort(v4.begin(), v4.end());
    std::sort(v6.begin(), v6.end());
    EXPECT_EQ(listed(router, Family::ipv4), v4);
    EXPECT_EQ(listed(router, Family::ipv6), v6);
}

TEST(Router, HasAnycastAddressesOnlyWhileItForwards) {
    Router router(some());
    const auto before = listed(router, Family::ipv6);
    router.set_tunables(lan, {.forwarding6 = false});
    for (const auto& line : listed(router, Family::ipv6)) EXPECT_FALSE(line.starts_with("anycast")) << line;
    const Key key{.family = Family::ipv6,
                  .source = a6("2001:db8:1::5"),
                  .destination = a6("2001:db8:2::"),
                  .interface = lan};
    EXPECT_EQ(router.input(key).reason, Reason::forwarding_disabled);
    router.set_tunables(lan, {});
    EXPECT_EQ(listed(router, Family::ipv6), before);
}

TEST(Router, RefusesRoutesThatCannotWork) {
    Router router(some());
    const std::pair<const char*, const char*> cases[] = {
        {"default via 203.0.113.1", "isn't on a connected network"},
        {"default via 10.0.0.255", "isn't on a connected network"},
        {"default via 10.0.0.254 dev wan", "isn't on a connected network"},
        {"10.50.0.0/16 dev down", "is down"},
        {"10.50.0.0/16", "leads nowhere"},
        {"10.0.0.0/24 dev lan src 192.0.2.77", "no address of this host"},
        {"-6 default via fe80::5", "needs a device"},
        {"-6 default via 2001:db8:1::1", "isn't on a connected network"},
        {"-6 default via fe80::1 dev lan", "is this host"},
        {"10.0.0.0/24 dev wan", "is there already"},
        {"blackhole 10.9.0.0/16 dev lan", "neither gateway nor device"},
    };
    const auto before = listed(router, Family::ipv4);
    for (const auto& [text, error] : cases) {
        const auto result = add(router, text);
        ASSERT_FALSE(result) << text;
        EXPECT_NE(result.error().what.find(error), std::string::npos)
            << text << ": " << result.error().text();
    }
    EXPECT_EQ(listed(router, Family::ipv4), before);
    EXPECT_TRUE(add(router, "default via 203.0.113.1 dev wan onlink"));
    EXPECT_TRUE(add(router, "10.60.0.0/16 via inet6 fe80::9 dev lan"));
    // The old way to say "on that link".
    EXPECT_TRUE(add(router, "10.61.0.0/16 via 10.0.0.1"));
    const Key key{.destination = a4("10.61.0.9")};
    EXPECT_EQ(router.output(key).next_hop(key), key.destination);
    EXPECT_EQ(router.output(key).interface, lan);
}

TEST(Router, ReplacesAndRemovesRoutes) {
    Router router(some());
    ASSERT_TRUE(add(router, "default via 192.0.2.254"));
    const Router before = router;
    const Key key{.source = a4("10.0.0.5"), .destination = a4("8.8.8.8"), .interface = lan};
    ASSERT_TRUE(router.replace(*parse_route("default via 192.0.2.253", router.interfaces())));
    EXPECT_EQ(router.input(key).next_hop(key), a4("192.0.2.253"));
    EXPECT_EQ(before.input(key).next_hop(key), a4("192.0.2.254"));
    EXPECT_FALSE(router.remove(*parse_route("default via 192.0.2.254", router.interfaces())));
    EXPECT_TRUE(router.remove(*parse_route("default", router.interfaces())));
    EXPECT_EQ(router.input(key).reason, Reason::no_route);
    EXPECT_EQ(before.input(key).kind, Kind::forward);
}

TEST(Router, TakesAFullTableAllOrNothing) {
    Router router(some());
    Nexthop nexthop{.has_gateway = true, .gateway = a4("192.0.2.254")};
    auto routes = full_table(Family::ipv4, 20'000, 5, {&nexthop, 1});
    const std::size_t before = router.routes(Family::ipv4);
    routes.push_back(routes[17]);
    EXPECT_FALSE(router.add_all(routes));
    EXPECT_EQ(router.routes(Family::ipv4), before);
    routes.pop_back();
    ASSERT_TRUE(router.add_all(routes));
    EXPECT_EQ(router.routes(Family::ipv4), before + 20'000);
    for (const auto& a : destinations_in(routes, 100, 1)) {
        EXPECT_EQ(router.output({.destination = a}).nexthop->gateway, a4("192.0.2.254"));
    }
}

TEST(Router, AsksNeighboursThroughTheNexthopsSlot) {
    Router router(some());
    ASSERT_TRUE(add(router, "default via 192.0.2.254"));
    const Key far{.source = a4("10.0.0.5"), .destination = a4("8.8.8.8"), .interface = lan};
    const Key near{.source = a4("10.0.0.5"), .destination = a4("192.0.2.9"), .interface = lan};
    EXPECT_EQ(router.neighbour(router.input(far), far.family, far.destination), nullptr);
    const Router before = router;
    const Mac gateway = *parse_mac("02:00:00:00:00:fe"), host = *parse_mac("02:00:00:00:00:09");
    router.neighbours().set(wan, Family::ipv4, a4("192.0.2.254"), gateway);
    router.neighbours().set(wan, Family::ipv4, a4("192.0.2.9"), host);
    EXPECT_EQ(*router.neighbour(router.input(far), far.family, far.destination), gateway);
    EXPECT_EQ(*router.neighbour(router.input(near), near.family, near.destination), host);
    EXPECT_EQ(before.neighbour(before.input(far), far.family, far.destination), nullptr);
    EXPECT_TRUE(router.neighbours().remove(wan, Family::ipv4, a4("192.0.2.254")));
    EXPECT_FALSE(router.neighbours().remove(wan, Family::ipv4, a4("192.0.2.254")));
    EXPECT_EQ(router.neighbour(router.input(far), far.family, far.destination), nullptr);
}

// What is looked up ahead changes no decision: not when it is of use, nor when the packet was changed
// meanwhile, nor under policy rules.
TEST(Router, DecidesTheSameWithALookAhead) {
    Router plain(some());
    ASSERT_TRUE(add(plain, "default via 192.0.2.254"));
    ASSERT_TRUE(add(plain, "blackhole 198.51.100.0/24"));
    ASSERT_TRUE(add(plain, "2001:db8:9::/48 via fe80::9 dev lan"));
    Router ruled = plain;
    ASSERT_TRUE(ruled.add(*parse_rule("from 10.0.0.0/24 lookup 77", ruled.interfaces())));
    ASSERT_TRUE(add(ruled, "203.0.113.0/24 via 192.0.2.7 table 77"));
    const char* const destinations[] = {"8.8.8.8",       "198.51.100.3",  "10.0.0.1",         "10.0.0.255",
                                        "203.0.113.4",   "224.0.0.1",     "255.255.255.255",  "127.0.0.1",
                                        "2001:db8:9::1", "2001:db8:1::1", "2001:db8:ffff::1", "ff02::1"};
    const auto packet_to = [](const char* text) {
        Packet packet;
        packet.in = lan;
        packet.flat.network = true;
        packet.flat.family = std::string_view(text).contains(':') ? Family::ipv6 : Family::ipv4;
        packet.flat.source = is_v4(packet.flat.family) ? a4("10.0.0.5") : a6("2001:db8:1::5");
        packet.flat.destination = *parse_address(text, packet.flat.family);
        return packet;
    };
    for (const Router* router : {&plain, &ruled}) {
        std::vector<Packet> packets;
        for (const char* text : destinations) packets.push_back(packet_to(text));
        std::vector<Packet*> group;
        for (Packet& packet : packets) group.push_back(&packet);
        std::vector<Descent> ahead(packets.size());
        Pathfinder pathfinder;
        pathfinder.use(*router);
        for (std::size_t i = 0; i < group.size(); ++i) pathfinder.begin(group[i]->flat, ahead[i]);
        Descent::finish(ahead);
        pathfinder.ask_for_neighbours(ahead);
        for (const Descent& known : ahead) {
            for (const Packet& packet : packets) {
                const Key key{.family = packet.flat.family,
                              .source = packet.flat.source,
                              .destination = packet.flat.destination,
                              .interface = lan};
                const Decision with = router->input(key, &known), without = router->input(key);
                const auto what = to_string(key.destination, key.family);
                EXPECT_EQ(with.kind, without.kind) << what;
                EXPECT_EQ(with.type, without.type) << what;
                EXPECT_EQ(with.reason, without.reason) << what;
                EXPECT_EQ(with.interface, without.interface) << what;
                EXPECT_EQ(with.table, without.table) << what;
                EXPECT_EQ(with.nexthop, without.nexthop) << what;
            }
        }
    }
}

TEST(Router, ObeysTheTunablesOfTheInterface) {
    Router router(some());
    ASSERT_TRUE(add(router, "default via 192.0.2.254"));
    const Key stranger{.source = a4("203.0.113.7"), .destination = a4("8.8.8.8"), .interface = lan};
    EXPECT_EQ(router.input(stranger).kind, Kind::forward);
    router.set_tunables(lan, {.rp_filter = 1});
    EXPECT_EQ(router.input(stranger).reason, Reason::reverse_path);
    router.set_tunables(lan, {.rp_filter = 2});
    EXPECT_EQ(router.input(stranger).kind, Kind::forward);
    router.set_tunables(lan, {.forwarding4 = false});
    EXPECT_EQ(router.input(stranger).reason, Reason::forwarding_disabled);
    const Key mine{.source = a4("192.0.2.1"), .destination = a4("10.0.0.1"), .interface = lan};
    EXPECT_EQ(router.input(mine).reason, Reason::martian_source);
    router.set_tunables(lan, {.accept_local = true});
    EXPECT_EQ(router.input(mine).kind, Kind::local);
    const Key loop{.source = a4("127.0.0.1"), .destination = a4("10.0.0.1"), .interface = lan};
    EXPECT_EQ(router.input(loop).reason, Reason::loopback_on_wire);
    router.set_tunables(lan, {.route_localnet = true});
    EXPECT_EQ(router.input(loop).kind, Kind::local);
    const Key directed{.source = a4("10.0.0.9"), .destination = a4("192.0.2.255"), .interface = lan};
    EXPECT_EQ(router.input(directed).kind, Kind::broadcast);
    router.set_tunables(lan, {.bc_forwarding = true});
    EXPECT_EQ(router.input(directed).kind, Kind::forward);
    EXPECT_EQ(router.input(directed).interface, wan);
}

TEST(Router, TellsAddressTypes) {
    Router router(some());
    ASSERT_TRUE(add(router, "default via 192.0.2.254"));
    ASSERT_TRUE(add(router, "blackhole 10.9.0.0/16"));
    const std::tuple<const char*, InterfaceId, RouteType> v4[] = {
        {"10.0.0.1", InterfaceId::none, RouteType::local},
        {"10.0.0.1", lan, RouteType::local},
        {"10.0.0.1", wan, RouteType::unicast},
        {"10.0.0.255", InterfaceId::none, RouteType::broadcast},
        {"10.0.0.255", wan, RouteType::unicast},
        {"0.0.0.0", InterfaceId::none, RouteType::broadcast},
        {"255.255.255.255", lan, RouteType::broadcast},
        {"224.0.0.9", lan, RouteType::multicast},
        {"127.9.9.9", InterfaceId::none, RouteType::local},
        {"8.8.8.8", InterfaceId::none, RouteType::unicast},
        {"10.9.0.1", InterfaceId::none, RouteType::unicast}};
    for (const auto& [text, interface, type] : v4) {
        EXPECT_EQ(router.address_type(a4(text), Family::ipv4, interface), type) << text;
    }
    const auto is = [&](const char* text, RouteType type, InterfaceId interface = InterfaceId::none) {
        return router.address_matches(a6(text), Family::ipv6, bit(type), interface);
    };
    EXPECT_TRUE(is("2001:db8:1::1", RouteType::local));
    EXPECT_TRUE(is("2001:db8:1::1", RouteType::local, lan));
    EXPECT_FALSE(is("2001:db8:1::1", RouteType::local, wan));
    EXPECT_TRUE(is("2001:db8:1::1", RouteType::unicast));
    EXPECT_TRUE(is("2001:db8:1::", RouteType::anycast));
    EXPECT_TRUE(is("ff02::1", RouteType::multicast));
    EXPECT_FALSE(is("ff02::1", RouteType::unicast));
    EXPECT_TRUE(is("::", RouteType::unspec));
    EXPECT_TRUE(is("2001:4860::1", RouteType::unreachable));
    EXPECT_FALSE(is("2001:db8:1::7", RouteType::unreachable));
}

TEST(Router, LooksBackAsRpfilterDoes) {
    Router router(some());
    ASSERT_TRUE(add(router, "default via 192.0.2.254"));
    ASSERT_TRUE(add(router, "blackhole 10.9.0.0/16"));
    ASSERT_TRUE(add(router, "-6 default via 2001:db8:2:: dev wan onlink"));
    struct Case {
        const char *source, *destination;
        InterfaceId in;
        bool strict, loose, accept_local;
    };
    const Case cases[] = {
        {"10.0.0.5", "8.8.8.8", lan, true, true, true},
        {"10.0.0.5", "8.8.8.8", wan, false, true, false},
        {"8.8.8.8", "10.0.0.5", wan, true, true, true},
        {"8.8.8.8", "10.0.0.5", lan, false, true, false},
        {"10.0.0.1", "8.8.8.8", lan, false, false, true},
        {"10.9.0.1", "8.8.8.8", lan, false, false, false},
        {"10.0.0.255", "8.8.8.8", lan, false, false, false},
        {"0.0.0.0", "255.255.255.255", lan, true, true, true},
        {"0.0.0.0", "224.0.0.1", lan, true, true, true},
        {"2001:db8:1::5", "2001:4860::1", lan, true, true, true},
        {"2001:db8:1::5", "2001:4860::1", wan, false, true, false},
        {"fe80::5", "fe80::1", lan, true, true, true},
        {"2001:db8:1::1", "2001:4860::1", lan, false, false, true},
        {"::", "ff02::1", lan, true, true, true},
        {"2001:db8:1::", "2001:4860::1", lan, false, false, false},
    };
    for (const auto& c : cases) {
        const Family family =
            std::string_view(c.source).find(':') == std::string_view::npos ? Family::ipv4 : Family::ipv6;
        const Key key{.family = family,
                      .source = *parse_address(c.source, family),
                      .destination = *parse_address(c.destination, family),
                      .interface = c.in};
        EXPECT_EQ(router.reverse_path(key, {}), c.strict) << c.source;
        EXPECT_EQ(router.reverse_path(key, {.loose = true}), c.loose) << c.source;
        EXPECT_EQ(router.reverse_path(key, {.accept_local = true}), c.accept_local) << c.source;
        EXPECT_TRUE(router.reverse_path(key, {}, true));
    }
}

TEST(Router, JoinsTheGroupsOfItsAddresses) {
    const Router router(some());
    EXPECT_TRUE(router.is_member(a4("224.0.0.1"), Family::ipv4, lan));
    EXPECT_FALSE(router.is_member(a4("224.0.0.2"), Family::ipv4, lan));
    EXPECT_TRUE(router.is_member(a6("ff02::1"), Family::ipv6, lan));
    EXPECT_TRUE(router.is_member(a6("ff02::2"), Family::ipv6, lan));
    EXPECT_TRUE(router.is_member(a6("ff02::1:ff00:1"), Family::ipv6, lan));
    EXPECT_FALSE(router.is_member(a6("ff02::1:ff00:2"), Family::ipv6, lan));
    EXPECT_FALSE(router.is_member(a6("ff02::5"), Family::ipv6, lan));
}

TEST(Router, WithoutALoopbackInterfaceStillKnowsItsOwn) {
    Interfaces all;
    all.add({.name = "lan", .addresses = {own("10.0.0.1/24")}});
    const Router router(all);
    EXPECT_EQ(router.output({.destination = a4("10.0.0.1")}).kind, Kind::local);
    EXPECT_EQ(router.output({.destination = a4("127.0.0.1")}).kind, Kind::drop);
    EXPECT_EQ(
        router.input({.source = a4("10.0.0.9"), .destination = a4("10.0.0.1"), .interface = InterfaceId{0}})
            .kind,
        Kind::local);
}

}  // namespace
}  // namespace gatehouse::route

#include "route/neighbours.h"

#include <gtest/gtest.h>

namespace gatehouse::route {
namespace {

TEST(Neighbours, KeepsManyApartByInterfaceFamilyAndAddress) {
    Neighbours table;
    const auto mac = [](unsigned i) {
        return Mac{{2, 0, static_cast<std::uint8_t>(i >> 16), static_cast<std::uint8_t>(i >> 8),
                    static_cast<std::uint8_t>(i), 1}};
    };
    for (unsigned i = 0; i < 1000; ++i) {
        table.set(InterfaceId{1}, Family::ipv4, Address::v4(i), mac(4 * i));
        table.set(InterfaceId{2}, Family::ipv4, Address::v4(i), mac(4 * i + 1));
        table.set(InterfaceId{1}, Family::ipv6, Address::v4(i), mac(4 * i + 2));
        table.set(InterfaceId{1}, Family::ipv6, Address{{0, 0, 0, i + 1}}, mac(4 * i + 3));
    }
    EXPECT_EQ(table.size(), 4000u);
    for (unsigned i = 0; i < 1000; ++i) {
        EXPECT_EQ(*table.find(InterfaceId{1}, Family::ipv4, Address::v4(i)), mac(4 * i));
        EXPECT_EQ(*table.find(InterfaceId{2}, Family::ipv4, Address::v4(i)), mac(4 * i + 1));
        EXPECT_EQ(*table.find(InterfaceId{1}, Family::ipv6, Address::v4(i)), mac(4 * i + 2));
        EXPECT_EQ(*table.find(InterfaceId{1}, Family::ipv6, Address{{0, 0, 0, i + 1}}), mac(4 * i + 3));
    }
    EXPECT_EQ(table.find(InterfaceId{3}, Family::ipv4, Address::v4(1)), nullptr);
}

TEST(Neighbours, AnAdjacencyHasTheLinksAddressAndMtuWhileBothAreThere) {
    Interfaces links;
    const Mac ours{{2, 0, 0, 0, 0, 1}}, theirs{{2, 0, 0, 0, 0, 7}};
    const auto up = links.add({.name = "up", .mac = ours, .mtu = 1400});
    const auto down = links.add({.name = "down", .mac = ours, .up = false});
    const auto jumbo = links.add({.name = "jumbo", .mac = ours, .mtu = 100'000});
    const auto lo = links.add({.name = "lo", .loopback = true});
    Neighbours table(links);
    const Address host = Address::v4(7);
    for (const InterfaceId id : {up, down, jumbo, lo}) table.set(id, Family::ipv4, host, theirs);
    const auto adjacency = [&](InterfaceId id) {
        return table.adjacency(table.slot(id, Family::ipv4, host));
    };
    EXPECT_EQ(adjacency(up).to, theirs);
    EXPECT_EQ(adjacency(up).from, ours);
    EXPECT_EQ(adjacency(up).mtu, 1400);
    EXPECT_EQ(adjacency(jumbo).mtu, 65'535);
    EXPECT_EQ(adjacency(down).mtu, 0);
    EXPECT_EQ(adjacency(lo).mtu, 0);
    EXPECT_TRUE(table.remove(up, Family::ipv4, host));
    EXPECT_EQ(adjacency(up).mtu, 0);
}

TEST(Neighbours, ASlotOutlivesWhatIsKnownOfIt) {
    Neighbours table;
    const auto slot = table.slot(InterfaceId{1}, Family::ipv4, Address::v4(7));
    EXPECT_EQ(table.at(slot), nullptr);
    EXPECT_EQ(table.size(), 0u);
    const Mac mac{{2, 0, 0, 0, 0, 7}};
    table.set(InterfaceId{1}, Family::ipv4, Address::v4(7), mac);
    EXPECT_EQ(*table.at(slot), mac);
    EXPECT_TRUE(table.remove(InterfaceId{1}, Family::ipv4, Address::v4(7)));
    EXPECT_EQ(table.at(slot), nullptr);
    EXPECT_EQ(table.slot(InterfaceId{1}, Family::ipv4, Address::v4(7)), slot);
}

}  // namespace
}  // namespace gatehouse::route

// RFC 7422: the way there, and back.
#include "nat/port_shares.h"

#include <gtest/gtest.h>

namespace gatehouse::nat {
namespace {

Address v4(const char* text) { return *parse_address(text, Family::ipv4); }

TEST(PortShares, GiveEachClientItsOwn) {
    const auto shares = PortShares::make(v4("100.64.0.0"), 22, v4("192.0.2.1"), v4("192.0.2.16"));
    ASSERT_TRUE(shares);
    EXPECT_EQ(shares->ports_each(), 64'512u / 64);
    EXPECT_EQ(*shares->share_of(v4("100.64.0.0")), (PortShares::Share{v4("192.0.2.1"), 1024, 2031}));
    EXPECT_EQ(*shares->share_of(v4("100.64.0.63")), (PortShares::Share{v4("192.0.2.1"), 64'528, 65'535}));
    EXPECT_EQ(*shares->share_of(v4("100.64.0.64")), (PortShares::Share{v4("192.0.2.2"), 1024, 2031}));
    EXPECT_EQ(shares->share_of(v4("100.64.3.255"))->outside, v4("192.0.2.16"));
    EXPECT_FALSE(shares->share_of(v4("100.64.4.0")));
    EXPECT_FALSE(shares->share_of(v4("100.63.255.255")));
}

// Every client's first and last port lead back to it, for shares that come out even and those that don't.
TEST(PortShares, CanBeReadBackwards) {
    struct {
        std::uint8_t length;
        const char* last;
    } const rows[] = {{22, "192.0.2.16"}, {24, "192.0.2.3"}, {30, "192.0.2.9"}, {16, "192.0.2.7"}};
    for (const auto& row : rows) {
        const auto shares = PortShares::make(v4("10.0.0.0"), row.length, v4("192.0.2.1"), v4(row.last));
        ASSERT_TRUE(shares);
        for (std::uint32_t n = 0; n < 1u << (32 - row.length); ++n) {
            const Address client = Address::v4(v4("10.0.0.0").words[0] + n);
            const auto share = shares->share_of(client);
            ASSERT_TRUE(share);
            EXPECT_LE(share->outside, v4(row.last));
            EXPECT_EQ(shares->client_of(share->outside, share->first_port), client);
            EXPECT_EQ(shares->client_of(share->outside, share->last_port), client);
        }
    }
}

TEST(PortShares, BelongToNobodyBesides) {
    const auto shares = PortShares::make(v4("10.0.0.0"), 30, v4("192.0.2.1"), v4("192.0.2.1"));
    EXPECT_FALSE(shares->client_of(v4("192.0.2.1"), 1023));
    EXPECT_FALSE(shares->client_of(v4("192.0.2.2"), 5000));
    EXPECT_FALSE(shares->client_of(v4("192.0.2.0"), 5000));
}

TEST(PortShares, RefuseMoreClientsThanPorts) {
    EXPECT_FALSE(PortShares::make(v4("10.0.0.0"), 15, v4("192.0.2.1"), v4("192.0.2.1")));
    EXPECT_TRUE(PortShares::make(v4("10.0.0.0"), 17, v4("192.0.2.1"), v4("192.0.2.1")));
}

}  // namespace
}  // namespace gatehouse::nat

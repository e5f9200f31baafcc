// RFC 7915, 4.2 and 5.2: the lists, line by line.
#include "nat/icmp_across.h"

#include <gtest/gtest.h>
#include <set>

namespace gatehouse::nat {
namespace {

struct Row {
    IcmpHead from;
    std::optional<IcmpHead> to;
};

TEST(IcmpAcross, ToIcmpv6) {
    const Row rows[] = {
        {{8, 0, 0x70001}, IcmpHead{128, 0, 0x70001}},
        {{0, 0, 0x70001}, IcmpHead{129, 0, 0x70001}},
        {{15, 0, 0}, {}},
        {{16, 0, 0}, {}},
        {{13, 0, 0}, {}},
        {{14, 0, 0}, {}},
        {{17, 0, 0}, {}},
        {{18, 0, 0}, {}},
        {{9, 0, 0}, {}},
        {{10, 0, 0}, {}},
        {{4, 0, 0}, {}},
        {{5, 1, 0}, {}},
        {{77, 0, 0}, {}},
        {{3, 0, 0}, IcmpHead{1, 0, 0}},
        {{3, 1, 0}, IcmpHead{1, 0, 0}},
        {{3, 2, 0}, IcmpHead{4, 1, 6}},
        {{3, 3, 0}, IcmpHead{1, 4, 0}},
        {{3, 5, 0}, IcmpHead{1, 0, 0}},
        {{3, 6, 0}, IcmpHead{1, 0, 0}},
        {{3, 7, 0}, IcmpHead{1, 0, 0}},
        {{3, 8, 0}, IcmpHead{1, 0, 0}},
        {{3, 9, 0}, IcmpHead{1, 1, 0}},
        {{3, 10, 0}, IcmpHead{1, 1, 0}},
        {{3, 11, 0}, IcmpHead{1, 0, 0}},
        {{3, 12, 0}, IcmpHead{1, 0, 0}},
        {{3, 13, 0}, IcmpHead{1, 1, 0}},
        {{3, 14, 0}, {}},
        {{3, 15, 0}, IcmpHead{1, 1, 0}},
        {{3, 16, 0}, {}},
        {{11, 0, 5}, IcmpHead{3, 0, 0}},
        {{11, 1, 5}, IcmpHead{3, 1, 0}},
        {{12, 1, 0}, {}},
        {{12, 3, 0}, {}},
        {{12, 2, 9u << 24}, IcmpHead{4, 0, 6}},
    };
    for (const Row& row : rows)
        EXPECT_EQ(icmp_to_v6(row.from, {}, 0), row.to) << +row.from.type << ", " << +row.from.code;
}

TEST(IcmpAcross, ToIcmp) {
    const Row rows[] = {
        {{128, 0, 0x70001}, IcmpHead{8, 0, 0x70001}},
        {{129, 0, 0x70001}, IcmpHead{0, 0, 0x70001}},
        {{130, 0, 0}, {}},
        {{131, 0, 0}, {}},
        {{132, 0, 0}, {}},
        {{133, 0, 0}, {}},
        {{135, 0, 0}, {}},
        {{137, 0, 0}, {}},
        {{100, 0, 0}, {}},
        {{143, 0, 0}, {}},
        {{1, 0, 0}, IcmpHead{3, 1, 0}},
        {{1, 1, 0}, IcmpHead{3, 10, 0}},
        {{1, 2, 0}, IcmpHead{3, 1, 0}},
        {{1, 3, 0}, IcmpHead{3, 1, 0}},
        {{1, 4, 0}, IcmpHead{3, 3, 0}},
        {{1, 5, 0}, {}},
        {{3, 0, 5}, IcmpHead{11, 0, 0}},
        {{3, 1, 5}, IcmpHead{11, 1, 0}},
        {{4, 1, 40}, IcmpHead{3, 2, 0}},
        {{4, 2, 40}, {}},
    };
    for (const Row& row : rows)
        EXPECT_EQ(icmp_to_v4(row.from, {}), row.to) << +row.from.type << ", " << +row.from.code;
}

// Figures 3 and 6: octets of the one header, and those of the other that hold the same.
TEST(IcmpAcross, Pointers) {
    const auto to_v6 = [](std::uint32_t at) { return icmp_to_v6({12, 0, at << 24}, {}, 0); };
    const auto to_v4 = [](std::uint32_t at) { return icmp_to_v4({4, 0, at}, {}); };
    const std::set<std::uint32_t> none4{4, 5, 6, 7, 10, 11}, none6{2, 3};
    for (std::uint32_t at = 0; at < 256; ++at) {
        std::uint32_t there = at < 2 ? at : at < 4 ? 4 : at == 8 ? 7 : at == 9 ? 6 : at < 16 ? 8 : 24;
        if (at >= 20 || none4.contains(at)) {
            EXPECT_FALSE(to_v6(at)) << at;
        } else {
            EXPECT_EQ(to_v6(at), (IcmpHead{4, 0, there})) << at;
        }
        there = at < 2 ? at : at < 6 ? 2 : at == 6 ? 9 : at == 7 ? 8 : at < 24 ? 12 : 16;
        if (at >= 40 || none6.contains(at)) {
            EXPECT_FALSE(to_v4(at)) << at;
        } else {
            EXPECT_EQ(to_v4(at), (IcmpHead{12, 0, there << 24})) << at;
        }
    }
    EXPECT_FALSE(to_v4(0xffffffff));
}

TEST(IcmpAcross, Mtus) {
    const auto to_v6 = [](std::uint32_t told, LinkMtus links, std::uint32_t length = 1500) {
        return icmp_to_v6({3, 4, told}, links, length)->rest;
    };
    EXPECT_EQ(to_v6(1400, {}), 1420);
    EXPECT_EQ(to_v6(100, {}), 1280) << "IPv6's least";
    EXPECT_EQ(to_v6(9000, {.v4 = 1500}), 1520) << "and not more than the link to IPv4";
    EXPECT_EQ(to_v6(9000, {.v4 = 9000, .v6 = 1500}), 1500) << "or to IPv6";
    EXPECT_EQ(to_v6(0, {}, 1500), 1512) << "RFC 1191's plateau below 1500 is 1492";
    EXPECT_EQ(to_v6(0, {}, 1492), 1280) << "there is no other that IPv6 could use";
    EXPECT_EQ(to_v6(0, {}, 65'535), 32'020);
    EXPECT_EQ(to_v6(0x12340000u + 1400, {}), 1420) << "the upper half is something else";

    const auto to_v4 = [](std::uint32_t told, LinkMtus links) { return *icmp_to_v4({2, 0, told}, links); };
    EXPECT_EQ(to_v4(1400, {}), (IcmpHead{3, 4, 1380}));
    EXPECT_EQ(to_v4(9000, {.v6 = 1500}).rest, 1480);
    EXPECT_EQ(to_v4(9000, {.v4 = 1400, .v6 = 1500}).rest, 1400);
    EXPECT_EQ(to_v4(10, {}).rest, 0);
    EXPECT_EQ(to_v4(0xffffffff, {}).rest, 0xffff);
}

}  // namespace
}  // namespace gatehouse::nat

#include "frontend/replay/talkers.h"

#include <gtest/gtest.h>
#include <map>

#include "base/random.h"

namespace gatehouse::frontend {
namespace {

Flat from(std::uint32_t address) { return {.source = Address::v4(address), .network = true}; }

TEST(Talkers, CountExactlyWhileThereIsRoom) {
    Talkers talkers(4);
    for (int i = 0; i < 3; ++i) talkers.count(from(7), 100);
    talkers.count(from(9), 60);
    Flat v6 = from(7);
    v6.family = Family::ipv6;
    talkers.count(v6, 60);
    const auto most = talkers.most(8);
    ASSERT_EQ(most.size(), 3u);
    EXPECT_EQ(most[0].address, Address::v4(7));
    EXPECT_EQ(most[0].packets, 3u);
    EXPECT_EQ(most[0].bytes, 300u);
    EXPECT_EQ(most[0].over, 0u);
    EXPECT_EQ(most[1].address, Address::v4(9));
    EXPECT_EQ(most[2].family, Family::ipv6);
}

TEST(Talkers, ANewcomerTakesThePlaceAndCountOfTheLeast) {
    Talkers talkers(2);
    for (int i = 0; i < 5; ++i) talkers.count(from(1), 1);
    for (int i = 0; i < 2; ++i) talkers.count(from(2), 1);
    talkers.count(from(3), 1);
    const auto most = talkers.most(2);
    EXPECT_EQ(most[0].address, Address::v4(1));
    EXPECT_EQ(most[1].address, Address::v4(3));
    EXPECT_EQ(most[1].packets, 3u);
    EXPECT_EQ(most[1].over, 2u);
    EXPECT_EQ(most[1].bytes, 1u);
}

// What the algorithm promises: nobody's count is too low, nor too high by more than `over`; whoever sent more
// than an equal share of the places is there.
TEST(Talkers, KeepTheirPromiseWithManyMoreThanAreKept) {
    constexpr std::size_t kept = 32;
    constexpr unsigned packets = 20'000;
    Talkers talkers(kept);
    std::map<Address, std::uint64_t> truth;
    Random random(11);
    for (unsigned i = 0; i < packets; ++i) {
        const std::uint32_t who = random.below(2) == 0 ? random.below(8) : random.below(5'000);
        ++truth[Address::v4(who)];
        talkers.count(from(who), 1);
    }
    const auto most = talkers.most(kept);
    ASSERT_EQ(most.size(), kept);
    std::map<Address, std::uint64_t> shown;
    for (const auto& talker : most) {
        shown[talker.address] = talker.packets;
        EXPECT_GE(talker.packets, truth[talker.address]);
        EXPECT_LE(talker.packets - talker.over, truth[talker.address]);
    }
    for (const auto& [who, sent] : truth) {
        if (sent > packets / kept) {
            EXPECT_TRUE(shown.contains(who)) << who.words[0];
        }
    }
}

}  // namespace
}  // namespace gatehouse::frontend

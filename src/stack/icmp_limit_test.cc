#include "stack/icmp_limit.h"

#include <gtest/gtest.h>

namespace gatehouse {
namespace {

const Address peer = Address::v4(0xc0000201);

TEST(IcmpLimit, GivesEachDestinationABurstOfSixThenOneASecond) {
    IcmpLimit limit;
    Tunables tunables;
    Time now{1000 * second};
    for (int i = 0; i < 6; ++i) EXPECT_TRUE(limit.allow(Family::ipv4, 3, peer, 32, tunables, now)) << i;
    EXPECT_FALSE(limit.allow(Family::ipv4, 3, peer, 32, tunables, now));
    EXPECT_TRUE(limit.allow(Family::ipv4, 3, Address::v4(0xc0000202), 32, tunables, now));
    EXPECT_FALSE(limit.allow(Family::ipv4, 3, peer, 32, tunables, now + 900 * millisecond));
    EXPECT_TRUE(limit.allow(Family::ipv4, 3, peer, 32, tunables, now + 1000 * millisecond));
}

TEST(IcmpLimit, LeavesTypesOutsideTheMaskAlone) {
    IcmpLimit limit;
    Tunables tunables{.icmp_msgs_burst = 0};
    EXPECT_TRUE(limit.allow(Family::ipv4, 0, peer, 32, tunables, {}));   // echo reply
    EXPECT_TRUE(limit.allow(Family::ipv6, 2, peer, 128, tunables, {}));  // packet too big
    EXPECT_TRUE(limit.allow(Family::ipv6, 129, peer, 128, tunables, {}));
    EXPECT_FALSE(limit.allow(Family::ipv4, 11, peer, 32, tunables, {}));
}

TEST(IcmpLimit, HoldsAllDestinationsToOneBudget) {
    IcmpLimit limit;
    const Tunables tunables{.icmp_msgs_per_sec = 100, .icmp_msgs_burst = 10};
    const Time now{5 * second};
    int allowed = 0;
    for (std::uint32_t i = 0; i < 100; ++i)
        allowed += limit.allow(Family::ipv4, 3, Address::v4(i + 1), 32, tunables, now);
    EXPECT_EQ(allowed, 10);
    EXPECT_FALSE(limit.allow(Family::ipv4, 3, Address::v4(1000), 32, tunables, now + 5 * millisecond));
    EXPECT_TRUE(limit.allow(Family::ipv4, 3, Address::v4(1000), 32, tunables, now + 30 * millisecond));
}

}  // namespace
}  // namespace gatehouse

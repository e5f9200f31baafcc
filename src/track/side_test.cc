#include "track/side.h"

#include <gtest/gtest.h>
#include <vector>

namespace gatehouse::track {
namespace {

TEST(Side, CostsNothingForAConnectionThatHasNone) {
    SidePools pools(10);
    Entry e;
    EXPECT_EQ(pools.find<Labels>(e), nullptr);
    pools.release(e);
    EXPECT_EQ(pools.used(), 0u);
    EXPECT_EQ(e.side, SideIndex::none);
}

TEST(Side, KeepsKindsApart) {
    SidePools pools(10);
    Entry e, f;
    pools.add<Labels>(e)->words[3] = 7;
    pools.add<Timestamps>(e)->start = 9;
    pools.add<Labels>(f)->words[3] = 8;
    EXPECT_EQ(pools.add<Labels>(e)->words[3], 7u) << "what is there stays";
    EXPECT_EQ(pools.find<Timestamps>(e)->start, 9);
    EXPECT_EQ(pools.find<Timestamps>(f), nullptr);
    EXPECT_EQ(pools.find<SequenceAdjustment>(e), nullptr);
    EXPECT_EQ(pools.used(), 2u);
    EXPECT_EQ(pools.used<Labels>(), 2u);
    pools.remove<Labels>(e);
    EXPECT_EQ(pools.find<Labels>(e), nullptr);
    EXPECT_EQ(pools.find<Timestamps>(e)->start, 9);
    pools.remove<Timestamps>(e);
    EXPECT_EQ(e.side, SideIndex::none);
    EXPECT_EQ(pools.used(), 1u);
}

TEST(Side, StartsEachTimeFromZeros) {
    SidePools pools(10);
    Entry e;
    *pools.add<HelperState>(e) = {.helper = 3, .expectations = 44, .data = {1, 2, 3}};
    pools.release(e);
    EXPECT_EQ(pools.used<HelperState>(), 0u);
    const HelperState* const again = pools.add<HelperState>(e);
    EXPECT_EQ(again->helper, 0);
    EXPECT_EQ(again->data[1], 0);
}

TEST(Side, FullRefusesAndCounts) {
    SidePools pools(3);
    std::vector<Entry> entries(4);
    for (int i = 0; i < 3; ++i) EXPECT_NE(pools.add<SecurityMark>(entries[i]), nullptr);
    EXPECT_EQ(pools.add<SecurityMark>(entries[3]), nullptr);
    EXPECT_EQ(pools.add<Labels>(entries[3]), nullptr);
    EXPECT_EQ(entries[3].side, SideIndex::none);
    EXPECT_EQ(pools.refused<SecurityMark>(), 1u);
    EXPECT_EQ(pools.refused<Labels>(), 1u);
    EXPECT_NE(pools.add<Labels>(entries[0]), nullptr) << "who has a side has room for every kind";
    pools.release(entries[0]);
    EXPECT_NE(pools.add<SecurityMark>(entries[3]), nullptr);
}

TEST(Side, MaintainsOnlyWhatIsExpected) {
    SidePools pools(1000);
    EXPECT_FALSE(pools.maintain(500));
    pools.expect<Timestamps>();
    while (pools.maintain(500)) {
    }
    Entry e;
    EXPECT_NE(pools.add<Timestamps>(e), nullptr);
}

}  // namespace
}  // namespace gatehouse::track

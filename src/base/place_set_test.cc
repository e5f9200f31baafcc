#include "base/place_set.h"

#include <gtest/gtest.h>
#include <set>

#include "base/random.h"

namespace gatehouse {
namespace {

TEST(PlaceSet, FindsTheNextMemberHoweverFar) {
    PlaceSet set(1u << 30);
    EXPECT_EQ(set.next(0), PlaceSet::none);
    for (const std::uint32_t n : {0u, 63u, 64u, 4095u, 4096u, (1u << 24) + 5, (1u << 30) - 1}) {
        set.insert(n);
        EXPECT_TRUE(set.contains(n));
    }
    EXPECT_EQ(set.next(0), 0u);
    EXPECT_EQ(set.next(1), 63u);
    EXPECT_EQ(set.next(64), 64u);
    EXPECT_EQ(set.next(65), 4095u);
    EXPECT_EQ(set.next(4097), (1u << 24) + 5);
    EXPECT_EQ(set.next((1u << 24) + 6), (1u << 30) - 1);
    set.erase((1u << 30) - 1);
    EXPECT_EQ(set.next((1u << 24) + 6), PlaceSet::none);
}

TEST(PlaceSet, IsWhatASetIs) {
    for (const std::uint32_t limit : {1u, 63u, 64u, 65u, 4097u, 300'000u}) {
        PlaceSet set(limit);
        std::set<std::uint32_t> like;
        Random random(limit);
        for (unsigned i = 0; i < 20'000; ++i) {
            const std::uint32_t n = random.below(limit);
            if (random.below(3) == 0) {
                set.insert(n);
                like.insert(n);
            } else {
                set.erase(n);
                like.erase(n);
            }
            const std::uint32_t from = random.below(limit);
            const auto next = like.lower_bound(from);
            ASSERT_EQ(set.next(from), next == like.end() ? PlaceSet::none : *next) << limit;
            ASSERT_EQ(set.contains(n), like.contains(n));
        }
    }
}

TEST(PlaceSet, MakesMemoryReadyAsFarAsItIsAskedTo) {
    PlaceSet set(1u << 28);
    set.insert(70);
    EXPECT_FALSE(set.maintain(1'000'000)) << "a slab holds that much";
    EXPECT_FALSE(set.maintain(1'000'000));
    EXPECT_TRUE(set.maintain(200'000'000));
    while (set.maintain(200'000'000)) {
    }
    EXPECT_EQ(set.next(0), 70u);
}

}  // namespace
}  // namespace gatehouse

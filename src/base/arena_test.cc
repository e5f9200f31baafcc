#include "base/arena.h"

#include <gtest/gtest.h>
#include <set>
#include <thread>

namespace gatehouse {
namespace {

struct Item {
    std::uint32_t first, second;
    std::uint64_t rest[7];
};

TEST(Arena, GivesEachPlaceOnceUntilItIsFull) {
    Arena<Item> arena(1000);
    std::set<std::uint32_t> places;
    for (int i = 0; i < 1000; ++i) places.insert(arena.take());
    EXPECT_EQ(places.size(), 1000u);
    EXPECT_EQ(*places.rbegin(), 999u);
    EXPECT_EQ(arena.take(), Arena<Item>::none);
    EXPECT_EQ(arena.used(), 1000u);
}

TEST(Arena, TakesTheLatestFreePlaceFirst) {
    Arena<Item> arena(10);
    for (int i = 0; i < 10; ++i) arena.take();
    for (const std::uint32_t i : {3u, 7u, 5u}) arena.give_back(i);
    EXPECT_EQ(arena.take(), 5u);
    EXPECT_EQ(arena.take(), 7u);
    EXPECT_EQ(arena.take(), 3u);
    EXPECT_EQ(arena.take(), Arena<Item>::none);
}

TEST(Arena, KeepsWhatStoodInAFreePlaceButForItsFirstWord) {
    Arena<Item> arena(4);
    const auto i = arena.take();
    EXPECT_EQ(arena[i].second, 0u);
    arena[i] = {1, 2, {3}};
    arena.give_back(i);
    EXPECT_EQ(arena.take(), i);
    EXPECT_EQ(arena[i].second, 2u);
    EXPECT_EQ(arena[i].rest[0], 3u);
}

TEST(Arena, OpensTheFirstPlacesAtOnce) {
    Arena<Item> arena(100);
    arena.open(64);
    EXPECT_EQ(arena.used(), 64u);
    EXPECT_EQ(arena.take(), 64u);
    EXPECT_EQ(arena.late(), 1u);
}

TEST(Arena, CountsPlacesTakenBeforeTheyWereReady) {
    Arena<Item> arena(200'000);  // 12.8 MB
    while (arena.maintain(40'000)) {
    }
    for (int i = 0; i < 40'000; ++i) arena.take();
    EXPECT_EQ(arena.late(), 0u);
    const std::uint64_t ready = arena.prepared() / sizeof(Item);
    for (std::uint64_t i = 40'000; i < ready + 5; ++i) arena.take();
    EXPECT_EQ(arena.late(), 5u);
    // Free places count as being ahead.
    for (std::uint32_t i = 0; i < 1000; ++i) arena.give_back(i);
    EXPECT_FALSE(arena.maintain(900));
}

TEST(Arena, MaintainsAsFarAsTheLimitAndNoFurther) {
    Arena<Item> arena(100'000);
    while (arena.maintain(1'000'000)) {
    }
    EXPECT_GE(arena.prepared(), 100'000 * sizeof(Item));
    EXPECT_FALSE(arena.maintain(1'000'000));
    for (int i = 0; i < 100'000; ++i) arena.take();
    EXPECT_EQ(arena.late(), 0u);
}

TEST(Arena, IsMaintainedByAnotherThreadWhileInUse) {
    Arena<Item> arena(500'000);
    std::atomic<bool> stop = false;
    std::thread helper([&] {
        while (!stop) arena.maintain(100'000);
    });
    for (std::uint32_t i = 0; i < 500'000; ++i) {
        const auto at = arena.take();
        arena[at].second = i;
    }
    stop = true;
    helper.join();
    for (std::uint32_t i = 0; i < 500'000; ++i) ASSERT_EQ(arena[i].second, i);
}

}  // namespace
}  // namespace gatehouse

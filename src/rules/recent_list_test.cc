#include "rules/recent_list.h"

#include <gtest/gtest.h>

namespace gatehouse::rules {
namespace {

constexpr RecentList::Ticks second = RecentList::ticks_per_second;
const Address whole = prefix_mask(32);

RecentList::Visitor visitor(std::uint32_t address, RecentList::Ticks now, std::uint8_t ttl = 64) {
    return {.address = Address::v4(address), .ttl = ttl, .now = now};
}

TEST(RecentList, CountsWithinTheTime) {
    RecentList list(whole, 4);
    const RecentList::Question twice{.within = 10 * second, .hits = 2};
    EXPECT_FALSE(list.ask(visitor(1, 0), {}));
    list.set(visitor(1, 0));
    EXPECT_TRUE(list.ask(visitor(1, 100 * second), {}));
    EXPECT_FALSE(list.ask(visitor(1, 5 * second), twice));
    list.set(visitor(1, 5 * second));
    EXPECT_TRUE(list.ask(visitor(1, 10 * second), twice));
    EXPECT_FALSE(list.ask(visitor(1, 10 * second + 1), twice));
    EXPECT_FALSE(list.ask(visitor(2, 5 * second), {}));
}

// A ring of as many times as there is room for: the oldest goes.
TEST(RecentList, ForgetsTheOldestTimes) {
    RecentList list(whole, 3);  // room for four
    for (int i = 0; i < 5; ++i) list.set(visitor(1, i * second));
    EXPECT_TRUE(list.ask(visitor(1, 5 * second), {.within = 4 * second, .hits = 4}));
    EXPECT_FALSE(list.ask(visitor(1, 5 * second), {.within = 100 * second, .hits = 5}));
}

TEST(RecentList, RenewsWhatPasses) {
    RecentList list(whole, 4);
    list.set(visitor(1, 0));
    const RecentList::Question renewing{.within = 10 * second, .renew = true};
    EXPECT_TRUE(list.ask(visitor(1, 9 * second), renewing));
    EXPECT_TRUE(list.ask(visitor(1, 18 * second), renewing));
    EXPECT_FALSE(list.ask(visitor(1, 40 * second), renewing));
    // Inverted, it passes when it wasn't seen, and is then.
    EXPECT_TRUE(list.ask(visitor(1, 40 * second), {.within = 10 * second, .renew = true, .inverted = true}));
    EXPECT_TRUE(list.ask(visitor(1, 41 * second), renewing));
    // Nobody is put on the list by a question.
    EXPECT_TRUE(list.ask(visitor(2, 41 * second), {.renew = true, .inverted = true}));
    EXPECT_FALSE(list.ask(visitor(2, 41 * second), {}));
}

TEST(RecentList, TellsTimeToLiveApartIfAsked) {
    RecentList list(whole, 4);
    list.set(visitor(1, 0, 64));
    EXPECT_TRUE(list.ask(visitor(1, 0, 60), {}));
    EXPECT_FALSE(list.ask(visitor(1, 0, 60), {.same_ttl = true}));
    EXPECT_TRUE(list.ask(visitor(1, 0, 64), {.same_ttl = true}));
    EXPECT_TRUE(list.ask(visitor(1, 0, 0), {.same_ttl = true}));
}

TEST(RecentList, TakesTheOldestOffWhenItIsStale) {
    RecentList list(whole, 4);
    list.set(visitor(1, 0));
    list.set(visitor(2, 50 * second));
    const RecentList::Question reaping{.within = 60 * second, .reap = true};
    EXPECT_TRUE(list.ask(visitor(2, 60 * second), reaping));
    EXPECT_TRUE(list.ask(visitor(1, 60 * second), {}));
    EXPECT_TRUE(list.ask(visitor(2, 61 * second), reaping));
    EXPECT_FALSE(list.ask(visitor(1, 61 * second), {}));
    // Not the one that is renewed by the same question.
    EXPECT_TRUE(list.ask(visitor(2, 200 * second),
                         {.within = 60 * second, .reap = true, .renew = true, .inverted = true}));
    EXPECT_TRUE(list.ask(visitor(2, 200 * second), {}));
}

TEST(RecentList, RemovesAndCountsNetworksUnderItsMask) {
    RecentList list(prefix_mask(24), 4);
    list.set(visitor(0x0a000001, 0));
    EXPECT_TRUE(list.ask(visitor(0x0a000002, 0), {}));
    EXPECT_FALSE(list.ask(visitor(0x0a000102, 0), {}));
    EXPECT_FALSE(list.remove(visitor(0x0a000102, 0)));
    EXPECT_TRUE(list.remove(visitor(0x0a0000ff, 0)));
    EXPECT_FALSE(list.ask(visitor(0x0a000002, 0), {}));
}

// A hundred addresses, as in Linux: the one that was touched first makes room.
TEST(RecentList, IsBounded) {
    RecentList list(whole, 4);
    for (std::uint32_t i = 0; i < 100; ++i) list.set(visitor(i, 0));
    list.set(visitor(0, 1));
    list.set(visitor(1000, 1));
    EXPECT_TRUE(list.ask(visitor(0, 1), {}));
    EXPECT_FALSE(list.ask(visitor(1, 1), {}));
    EXPECT_TRUE(list.ask(visitor(2, 1), {}));
    EXPECT_TRUE(list.ask(visitor(1000, 1), {}));
}

TEST(RecentList, BeginsAnewForMoreTimes) {
    RecentList list(whole, 4);
    list.set(visitor(1, 0));
    list.make_room(3);
    EXPECT_TRUE(list.ask(visitor(1, 0), {}));
    list.make_room(5);
    EXPECT_FALSE(list.ask(visitor(1, 0), {}));
    for (int i = 0; i < 8; ++i) list.set(visitor(1, i));
    EXPECT_TRUE(list.ask(visitor(1, 8), {.hits = 8}));
}

}  // namespace
}  // namespace gatehouse::rules

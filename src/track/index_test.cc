#include "track/index.h"

#include <gtest/gtest.h>
#include <random>
#include <vector>

#include "track/table_testing.h"

namespace gatehouse::track {
namespace {

using testing::inverted;
using testing::tuple_of;

struct Fixture {
    explicit Fixture(std::uint32_t limit, Family f = Family::ipv4)
        : entries(limit), index(limit, 0, entries, 9), family(f) {}
    Arena<Entry> entries;
    Index index;
    Family family;

    ConnIndex add(std::uint32_t n) {
        const auto i = entries.take();
        Entry& e = entries[i] = Entry{.protocol = 17, .family = family};
        e.set_tuple(Direction::original, tuple_of(n, family));
        e.set_tuple(Direction::reply, inverted(tuple_of(n, family)));
        const auto c = static_cast<ConnIndex>(i);
        for (const Direction d : {Direction::original, Direction::reply})
            EXPECT_TRUE(index.insert(index.hash(e.tuple(d), {}), {c, d}));
        return c;
    }
    void remove(ConnIndex c) {
        const Entry& e = entries[track::index(c)];
        for (const Direction d : {Direction::original, Direction::reply})
            index.remove(index.hash(e.tuple(d), {}), {c, d});
        entries.give_back(track::index(c));
    }
    Way find(const Tuple& t, Zone zone = {}) const { return index.find(index.hash(t, zone), t, zone); }
};

class IndexOf : public ::testing::TestWithParam<Family> {};
INSTANTIATE_TEST_SUITE_P(Families, IndexOf, ::testing::Values(Family::ipv4, Family::ipv6));

TEST_P(IndexOf, FindsBothDirectionsAtEveryLevel) {
    constexpr std::uint32_t count = 300'000;  // from 64 buckets to 100,000: levels 6 to 16
    Fixture f(count, GetParam());
    for (std::uint32_t n = 0; n < count; ++n) {
        const auto c = f.add(n);
        const std::uint32_t back = n * 7919u % (n + 1);
        ASSERT_EQ(f.find(tuple_of(back, GetParam())),
                  (Way{static_cast<ConnIndex>(back), Direction::original}));
        ASSERT_EQ(f.find(inverted(tuple_of(n, GetParam()))), (Way{c, Direction::reply}));
    }
    for (std::uint32_t n = 0; n < count; ++n) {
        ASSERT_EQ(f.find(tuple_of(n, GetParam())), (Way{static_cast<ConnIndex>(n), Direction::original}));
        ASSERT_EQ(f.find(inverted(tuple_of(n, GetParam()))),
                  (Way{static_cast<ConnIndex>(n), Direction::reply}));
    }
    EXPECT_FALSE(f.find(tuple_of(count, GetParam())));
    EXPECT_FALSE(f.find(tuple_of(5, GetParam()), Zone{1}));
}

TEST(Index, TakesTwentyFourBytesAConnectionAtAnySize) {
    Fixture f(1'000'000);
    for (std::uint32_t n = 0; n < 1'000'000; ++n) {
        f.add(n);
        if (n > 10'000 && n % 10'000 == 0) {
            ASSERT_LE(f.index.bytes(), std::size_t{n} * 24) << n;
        }
    }
}

TEST(Index, GivesOverflowBucketsBack) {
    Fixture f(50'000);
    std::vector<ConnIndex> all;
    for (std::uint32_t n = 0; n < 50'000; ++n) all.push_back(f.add(n));
    EXPECT_GT(f.index.size().overflow_buckets, 0u);
    for (const auto c : all) f.remove(c);
    EXPECT_EQ(f.index.size().overflow_buckets, 0u);
    EXPECT_EQ(f.index.size().references, 0u);
    for (std::uint32_t n = 0; n < 50'000; n += 97) EXPECT_FALSE(f.find(tuple_of(n)));
}

TEST(Index, RefusesAChainThatIsTooLong) {
    Fixture f(1000);
    Way w{static_cast<ConnIndex>(f.entries.take()), Direction::original};
    f.entries[0] = Entry{};
    unsigned taken = 0;
    while (taken < 200 && f.index.insert(0, w)) ++taken;
    EXPECT_EQ(taken, 10 * (Index::longest_chain + 1));
    for (; taken > 0; --taken) f.index.remove(0, w);
    EXPECT_EQ(f.index.size().overflow_buckets, 0u);
}

// Random insertions and removals in tables that grow, shrink and grow again.
TEST_P(IndexOf, AgreesWithAModel) {
    constexpr std::uint32_t variety = 20'000;
    Fixture f(variety, GetParam());
    std::minstd_rand random(11);
    const auto pick = [&](std::uint32_t below) { return static_cast<std::uint32_t>(random() >> 7) % below; };
    std::vector<ConnIndex> model(variety, ConnIndex::none);
    for (int round = 0; round < 400'000; ++round) {
        const std::uint32_t n = pick(variety);
        const bool grow = pick(100) < (round / 50'000 % 2 == 0 ? 70u : 30u);
        if (model[n] == ConnIndex::none) {
            ASSERT_FALSE(f.find(tuple_of(n, GetParam())));
            if (grow) model[n] = f.add(n);
        } else {
            ASSERT_EQ(f.find(tuple_of(n, GetParam())), (Way{model[n], Direction::original}));
            ASSERT_EQ(f.find(inverted(tuple_of(n, GetParam()))), (Way{model[n], Direction::reply}));
            if (!grow) {
                f.remove(model[n]);
                model[n] = ConnIndex::none;
            }
        }
    }
}

}  // namespace
}  // namespace gatehouse::track

#include "track/tuple_hash.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <unordered_set>
#include <vector>

#include "track/table_testing.h"

namespace gatehouse::track {
namespace {

class TupleHashOf : public ::testing::TestWithParam<Family> {};
INSTANTIATE_TEST_SUITE_P(Families, TupleHashOf, ::testing::Values(Family::ipv4, Family::ipv6));

TEST_P(TupleHashOf, DependsOnEverythingThatNamesAConnection) {
    const TupleHash hash(1);
    const Tuple base = testing::tuple_of(7, GetParam());
    std::unordered_set<std::uint64_t> seen{hash(base, {})};
    const auto differs = [&](const Tuple& t, Zone zone = {}) { return seen.insert(hash(t, zone)).second; };
    Tuple t = base;
    for (unsigned word = 0; word < (is_v4(GetParam()) ? 1 : 4); ++word) {
        t = base;
        t.source.words[word] ^= 1;
        EXPECT_TRUE(differs(t)) << "source word " << word;
        t = base;
        t.destination.words[word] ^= 0x80000000;
        EXPECT_TRUE(differs(t)) << "destination word " << word;
    }
    t = base;
    t.ends.source ^= 1;
    EXPECT_TRUE(differs(t));
    t = base;
    t.ends.destination ^= 0x8000;
    EXPECT_TRUE(differs(t));
    t = base;
    t.protocol = 6;
    EXPECT_TRUE(differs(t));
    EXPECT_TRUE(differs(base, {1}));
    EXPECT_TRUE(differs(testing::inverted(base)));
}

TEST(TupleHash, DiffersByFamilyAndBySeed) {
    Tuple v4 = testing::tuple_of(1), v6 = v4;
    v6.family = Family::ipv6;
    const TupleHash a(1), b(2);
    EXPECT_NE(a(v4, {}), a(v6, {}));
    EXPECT_NE(a(v4, {}), b(v4, {}));
    EXPECT_EQ(a(v4, {}), TupleHash(1)(v4, {}));
}

// Neighbouring tuples, as a scan or a NAT makes them, spread over buckets as random ones would, by whichever
// sixteen bits.
TEST_P(TupleHashOf, SpreadsNeighbouringTuples) {
    const TupleHash hash(3);
    for (const unsigned shift : {0u, 8u, 16u, 24u}) {
        std::vector<unsigned> buckets(4096);
        for (std::uint32_t n = 0; n < 40'960; ++n)
            ++buckets[hash(testing::tuple_of(n, GetParam()), {}) >> shift & 4095];
        // A mean of ten: of 4,096 Poisson variables none exceeds 31, and 0.2 are zero.
        EXPECT_LE(*std::ranges::max_element(buckets), 31u) << shift;
        EXPECT_LE(std::ranges::count(buckets, 0u), 4) << shift;
    }
}

}  // namespace
}  // namespace gatehouse::track

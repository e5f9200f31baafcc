#include "track/expectation.h"

#include <array>
#include <gtest/gtest.h>
#include <random>
#include <vector>

#include "track/table_testing.h"

namespace gatehouse::track {
namespace {

using Entered = Expectations::Entered;

constexpr Time start{1'700'000'000 * second};
constexpr ExpectationPolicy policy{.most = 2, .seconds = 300};

class Watching final : public ExpectationWatcher {
  public:
    void expected(const Expectation& e) override { made.push_back(e.tuple.ends.destination); }
    void forgotten(const Expectation& e) override { gone.push_back(e.tuple.ends.destination); }
    std::vector<std::uint16_t> made, gone;
};

class ExpectationsOf : public ::testing::TestWithParam<Family> {
  protected:
    ExpectationsOf() {
        table.set_now(start);
        expectations.set_watcher(&watching);
    }
    ConnIndex master(std::uint32_t n, Zone zone = {}) {
        const Tentative t = tentative(n, zone);
        table.refresh(t, 3600 * second);
        return table.confirm(t).connection;
    }
    Tentative tentative(std::uint32_t n, Zone zone = {}) {
        const Tentative t = testing::begin(table, testing::tuple_of(n, GetParam()), zone);
        table.side().add<HelperState>(table[t]);
        return t;
    }
    // From anywhere at the server back to `port`.
    Expectation wanted(std::uint16_t port, std::uint8_t of_class = 0) const {
        return {.tuple = first(port, 0), .source_mask = whole_address, .of_class = of_class};
    }
    Tuple first(std::uint16_t port, std::uint16_t from = 1234) const {
        Tuple t = testing::inverted(testing::tuple_of(0, GetParam()));
        t.ends = {from, port};
        return t;
    }

    Table table{{.entries = 100}, 1};
    Expectations expectations{table, 8, 1};
    Watching watching;
};
INSTANTIATE_TEST_SUITE_P(Families, ExpectationsOf, ::testing::Values(Family::ipv4, Family::ipv6));

TEST_P(ExpectationsOf, ServesOneConnectionFromAnyPort) {
    const ConnIndex m = master(1);
    EXPECT_EQ(expectations.enter(m, wanted(5000), policy), Entered::yes);
    Tuple stranger = first(5000);
    stranger.source.words[0] ^= 1;
    EXPECT_FALSE(expectations.claim(stranger, {}));
    EXPECT_FALSE(expectations.claim(first(5001), {}));
    EXPECT_FALSE(expectations.claim(first(5000), Zone{7}));
    const auto claimed = expectations.claim(first(5000), {});
    ASSERT_TRUE(claimed);
    EXPECT_EQ(claimed->master, m);
    EXPECT_FALSE(expectations.claim(first(5000), {}));
    EXPECT_FALSE(expectations.any());
    EXPECT_EQ(expectations.statistics().served, 1u);
}

TEST_P(ExpectationsOf, LooksAtThePortWhenItIsKnown) {
    Expectation e = wanted(5000);
    e.tuple.ends.source = 20;
    e.source_end_mask = whole_end;
    expectations.enter(master(1), e, policy);
    EXPECT_FALSE(expectations.claim(first(5000, 21), {}));
    EXPECT_TRUE(expectations.claim(first(5000, 20), {}));
}

TEST_P(ExpectationsOf, APermanentOneServesAnyNumber) {
    Expectation e = wanted(5000);
    e.flags = expectation_flag::permanent;
    expectations.enter(master(1), e, policy);
    EXPECT_TRUE(expectations.claim(first(5000, 1), {}));
    EXPECT_TRUE(expectations.claim(first(5000, 2), {}));
    EXPECT_EQ(expectations.count(), 1u);
}

TEST_P(ExpectationsOf, AnInactiveOneServesNoneUntilActivated) {
    Expectation e = wanted(5000);
    e.flags = expectation_flag::inactive;
    expectations.enter(master(1), e, policy);
    EXPECT_FALSE(expectations.claim(first(5000), {}));
    expectations.activate(expectations.find(first(5000), {}));
    EXPECT_TRUE(expectations.claim(first(5000), {}));
}

TEST_P(ExpectationsOf, ServesNoneWhileItsMasterIsTentative) {
    const Tentative t = tentative(1);
    EXPECT_EQ(expectations.enter(static_cast<ConnIndex>(index(t)), wanted(5000), policy), Entered::yes);
    EXPECT_FALSE(expectations.claim(first(5000), {}));
    table.refresh(t, 3600 * second);
    table.confirm(t);
    EXPECT_TRUE(expectations.claim(first(5000), {}));
}

TEST_P(ExpectationsOf, StandsInItsMastersZone) {
    expectations.enter(master(1, Zone{3}), wanted(5000), policy);
    EXPECT_FALSE(expectations.claim(first(5000), {}));
    EXPECT_TRUE(expectations.claim(first(5000), Zone{3}));
}

TEST_P(ExpectationsOf, TheNewestEvictsTheOldestOfItsClass) {
    const ConnIndex m = master(1);
    for (const std::uint16_t port : std::array<std::uint16_t, 3>{5000, 5001, 5002})
        EXPECT_EQ(expectations.enter(m, wanted(port), policy), Entered::yes);
    EXPECT_EQ(expectations.enter(m, wanted(6000, 1), policy), Entered::yes);
    EXPECT_EQ(watching.gone, std::vector<std::uint16_t>{5000});
    EXPECT_FALSE(expectations.claim(first(5000), {}));
    EXPECT_TRUE(expectations.claim(first(5001), {}));
    EXPECT_TRUE(expectations.claim(first(5002), {}));
    EXPECT_TRUE(expectations.claim(first(6000), {}));
}

TEST_P(ExpectationsOf, TheSameAgainIsRenewed) {
    const ConnIndex m = master(1);
    expectations.enter(m, wanted(5000), policy);
    table.set_now(start + 299 * second);
    EXPECT_EQ(expectations.enter(m, wanted(5000), policy), Entered::yes);
    EXPECT_EQ(expectations.count(), 1u);
    table.set_now(start + 598 * second);
    expectations.expire();
    EXPECT_EQ(expectations.count(), 1u);
    table.set_now(start + 599 * second);
    expectations.expire();
    EXPECT_EQ(expectations.count(), 0u);
    EXPECT_EQ(watching.gone.size(), 2u);
}

TEST_P(ExpectationsOf, NoTwoMayFitTheSamePacket) {
    const ConnIndex m = master(1), other = master(2);
    expectations.enter(m, wanted(5000), policy);
    EXPECT_EQ(expectations.enter(other, wanted(5000), policy), Entered::clash);
    Expectation open = wanted(5000);
    open.source_mask = {};
    EXPECT_EQ(expectations.enter(m, open, policy), Entered::clash);
    EXPECT_EQ(expectations.enter(m, wanted(5000, 1), policy), Entered::foreign);
    Expectation elsewhere = wanted(5000);
    elsewhere.tuple.source.words[0] ^= 1;
    EXPECT_EQ(expectations.would_enter(other, elsewhere, policy), Entered::yes);
    EXPECT_EQ(expectations.statistics().refused, 3u);
}

TEST_P(ExpectationsOf, AreLimitedOverAll) {
    for (std::uint32_t n = 1; n <= 4; ++n) {
        const ConnIndex m = master(n);
        for (std::uint32_t i = 0; i < 2; ++i) {
            EXPECT_EQ(expectations.enter(m, wanted(static_cast<std::uint16_t>(5000 + 2 * n + i)), policy),
                      Entered::yes);
        }
    }
    EXPECT_EQ(expectations.enter(master(5), wanted(6000), policy), Entered::full);
}

TEST_P(ExpectationsOf, GoWithTheirMaster) {
    const ConnIndex m = master(1), other = master(2);
    expectations.enter(m, wanted(5000), policy);
    expectations.enter(other, wanted(6000), policy);
    expectations.enter(m, wanted(5001), policy);
    expectations.forget_all(table[m]);
    EXPECT_EQ(watching.gone, (std::vector<std::uint16_t>{5001, 5000}));
    EXPECT_EQ(expectations.count(), 1u);
}

// Against a plain list.
TEST_P(ExpectationsOf, ExpireInTheirOrderWhateverCameBetween) {
    Expectations many(table, 512, 2);
    std::mt19937 random(7);
    std::vector<std::pair<std::uint16_t, int>> left;  // port, second at which it goes
    const ConnIndex m = master(1);
    std::uint16_t port = 1024;
    for (int now = 0; now < 400; ++now) {
        table.set_now(start + now * second);
        many.expire();
        std::erase_if(left, [&](const auto& one) { return one.second <= now; });
        ASSERT_EQ(many.count(), left.size());
        for (int i = 0; i < 3; ++i) {
            const auto seconds = static_cast<std::uint16_t>(1 + random() % 60);
            many.enter(m, wanted(++port), {.most = 0, .seconds = seconds});
            left.emplace_back(port, now + seconds);
        }
        if (random() % 3 == 0) {
            const std::size_t which = random() % left.size();
            ASSERT_TRUE(many.claim(first(left[which].first), {}));
            left.erase(left.begin() + static_cast<std::ptrdiff_t>(which));
        }
    }
    many.forget_all(table[m]);
    EXPECT_EQ(many.count(), 0u);
}

}  // namespace
}  // namespace gatehouse::track

#include "track/table.h"

#include <gtest/gtest.h>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "packet/reason.h"
#include "track/table_testing.h"

namespace gatehouse::track {
namespace {

using testing::begin;
using testing::inverted;
using testing::make;
using testing::tuple_of;

constexpr Time start{1'700'000'000 * second};

class Recorder final : public Watcher {
  public:
    void ended(ConnIndex c, const Entry& e, End why) override {
        all.emplace_back(e.tuple(Direction::original), why);
        EXPECT_TRUE(e.has(status::dying));
        indices.push_back(c);
    }
    std::vector<std::pair<Tuple, End>> all;
    std::vector<ConnIndex> indices;
};

class TableOf : public ::testing::TestWithParam<Family> {
  protected:
    TableOf() {
        table.set_now(start);
        table.set_watcher(&recorder);
    }
    Tuple tuple(std::uint32_t n) const { return tuple_of(n, GetParam()); }
    void at(Nanoseconds after) { table.set_now(start + after); }

    Table table{{.entries = 100}, 1};
    Recorder recorder;
};
INSTANTIATE_TEST_SUITE_P(Families, TableOf, ::testing::Values(Family::ipv4, Family::ipv6));

TEST_P(TableOf, HidesAConnectionUntilItIsConfirmed) {
    const Tentative t = begin(table, tuple(1));
    EXPECT_EQ(table.count(), 1u);
    EXPECT_FALSE(table.find(tuple(1), {}));
    const Confirmed c = table.confirm(t);
    EXPECT_EQ(c.outcome, Confirmed::Outcome::inserted);
    table.refresh(c.connection, 30 * second);
    EXPECT_EQ(table.find(tuple(1), {}), (Way{c.connection, Direction::original}));
    EXPECT_EQ(table.find(inverted(tuple(1)), {}), (Way{c.connection, Direction::reply}));
    EXPECT_FALSE(table.find(tuple(1), Zone{7}));
    EXPECT_EQ(table.statistics().insert, 1u);
}

TEST_P(TableOf, ForgetsATentativeConnectionThatIsDiscarded) {
    const Tentative t = begin(table, tuple(1));
    const auto generation = table[t].generation;
    table.discard(t);
    EXPECT_EQ(table.count(), 0u);
    EXPECT_EQ(table[t].generation, generation + 1);
    EXPECT_TRUE(recorder.all.empty());
}

TEST_P(TableOf, SaysWhoStandsThereOnAClash) {
    const auto standing = make(table, tuple(1));
    struct {
        const char* name;
        Tuple original, reply;
        Way who;
        Direction ours;
    } const cases[] = {
        {"the same connection",
         tuple(1),
         inverted(tuple(1)),
         {standing, Direction::original},
         Direction::original},
        {"opened from the other side",
         inverted(tuple(1)),
         tuple(1),
         {standing, Direction::reply},
         Direction::original},
        {"only the mapping", tuple(2), inverted(tuple(1)), {standing, Direction::reply}, Direction::reply},
    };
    for (const auto& c : cases) {
        Finding why;
        const Tentative t = table.begin(c.original, c.reply, {}, why);
        const Confirmed done = table.confirm(t);
        EXPECT_EQ(done.outcome, Confirmed::Outcome::clash) << c.name;
        EXPECT_EQ(done.standing, c.who) << c.name;
        EXPECT_EQ(done.clashing, c.ours) << c.name;
        EXPECT_EQ(table.count(), 2u) << c.name;
        table.discard(t);
    }
    // Renumbered, it goes in; so does the same tuple in another zone.
    const Tentative t = begin(table, tuple(1), Zone{3});
    EXPECT_EQ(table.confirm(t).outcome, Confirmed::Outcome::inserted);
}

// Found by its replies alone; whoever has its original tuple keeps it, also when this one ends.
TEST_P(TableOf, EntersAConnectionForItsRepliesAlone) {
    const auto standing = make(table, tuple(1));
    Finding why;
    const Tentative t = table.begin(tuple(1), inverted(tuple(2)), {}, why);
    table.refresh(t, second);
    EXPECT_EQ(table.confirm(t).outcome, Confirmed::Outcome::clash);
    const Confirmed done = table.confirm_replies(t);
    ASSERT_EQ(done.outcome, Confirmed::Outcome::inserted);
    EXPECT_EQ(table.find(inverted(tuple(2)), {}), (Way{done.connection, Direction::reply}));
    EXPECT_EQ(table.find(tuple(1), {}), (Way{standing, Direction::original}));
    const Tentative other = table.begin(tuple(1), inverted(tuple(2)), {}, why);
    EXPECT_EQ(table.confirm_replies(other).outcome, Confirmed::Outcome::clash);
    table.discard(other);
    table.end(done.connection, End::deleted);
    EXPECT_FALSE(table.find(inverted(tuple(2)), {}));
    EXPECT_EQ(table.find(tuple(1), {}), (Way{standing, Direction::original}));
    EXPECT_EQ(table.count(), 1u);
}

TEST_P(TableOf, DoesntClashWithWhatIsOver) {
    make(table, tuple(1), 10 * second);
    at(10 * second);
    EXPECT_NE(make(table, tuple(1)), ConnIndex::none);
    EXPECT_EQ(recorder.all, (std::vector{std::pair{tuple(1), End::expired}}));
    EXPECT_EQ(table.count(), 1u);
}

TEST_P(TableOf, NeverFindsWhatIsOver) {
    make(table, tuple(1), 10 * second);
    at(10 * second - millisecond);
    EXPECT_TRUE(table.find(tuple(1), {}));
    at(10 * second);
    EXPECT_FALSE(table.find(inverted(tuple(1)), {}));
    EXPECT_EQ(table.count(), 0u);
    EXPECT_EQ(table.expire(100), 0u);
}

TEST_P(TableOf, KeepsTheZonesOfBothDirections) {
    Finding why;
    const Tentative t = table.begin(tuple(1), inverted(tuple(1)), {Zone{9}, Zone{0}}, why);
    table.refresh(t, second);
    const auto c = table.confirm(t).connection;
    EXPECT_EQ(table.find(tuple(1), Zone{9}), (Way{c, Direction::original}));
    EXPECT_EQ(table.find(inverted(tuple(1)), Zone{0}), (Way{c, Direction::reply}));
    EXPECT_FALSE(table.find(tuple(1), Zone{0}));
    EXPECT_FALSE(table.find(inverted(tuple(1)), Zone{9}));
    table.end(c, End::deleted);
    EXPECT_FALSE(table.find(tuple(1), Zone{9}));
}

TEST_P(TableOf, CountsTheLifetimeFromTheConfirmation) {
    const Tentative t = begin(table, tuple(1));
    table.refresh(t, 10 * second);
    at(20 * second);
    const auto c = table.confirm(t).connection;
    EXPECT_EQ(table[c].expiry - table.now(), 10'000);
    EXPECT_EQ(table.time_of(table[c].expiry), start + 30 * second);
}

TEST_P(TableOf, ExpiresLazilyWhatPacketsKeptAlive) {
    const auto c = make(table, tuple(1), 30 * second), d = make(table, tuple(2), 30 * second);
    at(20 * second);
    table.refresh(c, 30 * second);
    at(40 * second);
    EXPECT_EQ(table.expire(100), 2u);  // it looks at both, and arms one again
    EXPECT_EQ(recorder.indices, std::vector{d});
    at(51 * second);
    EXPECT_EQ(table.expire(100), 1u);
    EXPECT_EQ(recorder.indices, (std::vector{d, c}));
    EXPECT_EQ(table.statistics().expired, 2u);
    EXPECT_EQ(table.count(), 0u);
}

TEST_P(TableOf, ExpiresInTimeWhoseTimeoutFalls) {
    const auto c = make(table, tuple(1), 5 * 86'400 * second);
    at(100 * second);
    table.expire(100);
    table.refresh(c, 10 * second);
    at(110 * second + 64 * millisecond);
    EXPECT_EQ(table.expire(100), 1u);
    EXPECT_EQ(recorder.indices, std::vector{c});
}

TEST_P(TableOf, ExpiresWithinTheHorizonWhoseTimeoutFallsToALongOne) {
    const auto c = make(table, tuple(1), 5 * 86'400 * second);
    at(299 * second);
    table.refresh(c, 300 * second);
    for (int t = 300; t <= 900; ++t) {
        at(t * second);
        table.expire(100);
        if (table.count() == 0) break;
    }
    EXPECT_EQ(recorder.indices, std::vector{c});
}

TEST_P(TableOf, ExpiresNoMoreThanTheBudget) {
    for (std::uint32_t n = 0; n < 50; ++n) make(table, tuple(n), (n + 1) * second);
    at(3600 * second);
    EXPECT_EQ(table.expire(7), 7u);
    EXPECT_EQ(table.expire(20), 20u);
    EXPECT_EQ(table.expire(1000), 23u);
    EXPECT_EQ(table.expire(1000), 0u);
    for (std::uint32_t n = 0; n < 50; ++n) EXPECT_EQ(recorder.all[n].first, tuple(n)) << "the earliest first";
}

TEST_P(TableOf, OutlivesATimeOfManyYears) {
    const auto c = make(table, tuple(1), 20 * 86'400 * second);
    at(19 * 86'400 * second);
    EXPECT_TRUE(table.find(tuple(1), {}));
    at(21 * 86'400 * second);
    EXPECT_FALSE(table.find(tuple(1), {}));
    make(table, tuple(2), 20 * 86'400 * second);
    at(std::int64_t{100} * 365 * 86'400 * second);
    EXPECT_EQ(table.count(), 0u);
    EXPECT_EQ(recorder.all.size(), 2u);
    make(table, tuple(3), 10 * second);
    at(std::int64_t{100} * 365 * 86'400 * second + 11 * second);
    table.expire(10);
    EXPECT_EQ(table.count(), 0u);
    static_cast<void>(c);
}

TEST_P(TableOf, NeverGoesBackInTime) {
    at(10 * second);
    const Tick now = table.now();
    at(5 * second);
    EXPECT_EQ(table.now(), now);
    EXPECT_EQ(table.time(), start + 10 * second);
}

TEST_P(TableOf, EndsWhoIsKilled) {
    const auto c = make(table, tuple(1));
    const auto generation = table[c].generation;
    table.end(c, End::killed);
    EXPECT_EQ(recorder.all, (std::vector{std::pair{tuple(1), End::killed}}));
    EXPECT_FALSE(table.find(tuple(1), {}));
    EXPECT_NE(table[c].generation, generation);
    at(3600 * second);
    EXPECT_EQ(table.expire(100), 0u);
}

TEST_P(TableOf, FullGivesUpTheUnrepliedFirstThenTheClosing) {
    const auto set = [&](std::uint32_t n, std::uint32_t bits, TcpPhase phase) {
        Tuple t = tuple(n);
        t.protocol = wire::protocol::tcp;
        const auto c = make(table, t, 1000 * second);
        table[c].status |= bits;
        table[c].state.tcp.phase = phase;
        return t;
    };
    constexpr auto assured = status::seen_reply | status::assured;
    for (std::uint32_t n = 0; n < 98; ++n) set(n, assured, TcpPhase::established);
    const Tuple closing = set(98, assured, TcpPhase::time_wait), open = set(99, 0, TcpPhase::syn_sent);
    // Two sweeps of the hand see all hundred.
    std::vector<Tuple> lost;
    for (std::uint32_t n = 200; n < 300 && lost.size() < 2; ++n) {
        Tuple t = tuple(n);
        t.protocol = wire::protocol::tcp;
        const Tentative fresh = begin(table, t);
        if (fresh == Tentative::none) continue;
        table[fresh].status |= assured;
        table[fresh].state.tcp.phase = TcpPhase::established;
        table.refresh(fresh, 1000 * second);
        table.confirm(fresh);
        lost.push_back(recorder.all.back().first);
        EXPECT_EQ(recorder.all.back().second, End::evicted);
    }
    EXPECT_EQ(lost, (std::vector{open, closing}));
    EXPECT_EQ(table.statistics().early_drop, 2u);
}

TEST_P(TableOf, AFloodPushesOutOnlyItself) {
    std::vector<ConnIndex> good;
    for (std::uint32_t n = 0; n < 40; ++n) {
        good.push_back(make(table, tuple(n), 1000 * second));
        table[good.back()].status |= status::seen_reply | status::assured;
    }
    for (std::uint32_t n = 100; n < 1000; ++n) {
        const auto c = make(table, tuple(n), 120 * second);
        ASSERT_NE(c, ConnIndex::none);
        // Whoever is answered in time is spared, though he were chosen already.
        if (n % 90 == 0) table[c].status |= status::seen_reply | status::assured;
    }
    EXPECT_EQ(table.count(), 100u);
    EXPECT_EQ(table.statistics().early_drop, 900u - 60);
    for (std::uint32_t n = 0; n < 40; ++n)
        EXPECT_EQ(table.find(tuple(n), {}), (Way{good[n], Direction::original}));
    for (std::uint32_t n = 180; n < 1000; n += 90) EXPECT_TRUE(table.find(tuple(n), {})) << n;
    for (const auto& [ended, why] : recorder.all) EXPECT_EQ(why, End::evicted);
}

TEST_P(TableOf, AFloodIsFoundHoweverManyGoodOnesStandBeforeIt) {
    Table large({.entries = 2000}, 1);
    large.set_now(start);
    for (std::uint32_t n = 0; n < 1900; ++n) {
        const ConnIndex good = make(large, tuple(n), 1000 * second);
        large[good].status |= status::seen_reply | status::assured;
        large.spare(good);
    }
    for (std::uint32_t n = 2000; n < 3000; ++n)
        ASSERT_NE(make(large, tuple(n), 120 * second), ConnIndex::none) << n;
    EXPECT_EQ(large.statistics().early_drop, 900u);
    EXPECT_EQ(large.statistics().drop, 0u);
    for (std::uint32_t n = 0; n < 1900; ++n) ASSERT_TRUE(large.find(tuple(n), {})) << n;
}

TEST_P(TableOf, SparesWhomItChoseWhenHeIsAnswered) {
    for (std::uint32_t n = 0; n < 100; ++n) make(table, tuple(n), 1000 * second);
    make(table, tuple(200));  // tuple 0 goes, tuple 1 is next
    EXPECT_EQ(recorder.all.back().first, tuple(0));
    table[table.find(tuple(1), {}).connection].status |= status::seen_reply | status::assured;
    make(table, tuple(201));
    EXPECT_EQ(recorder.all.back().first, tuple(2));
    table.end(table.find(tuple(3), {}).connection, End::killed);  // and so is who has ended meanwhile
    make(table, tuple(202));
    make(table, tuple(203));
    EXPECT_EQ(recorder.all.back().first, tuple(4));
    EXPECT_TRUE(table.find(tuple(202), {}));
}

TEST_P(TableOf, FullOfAssuredConnectionsRefusesWithItsReason) {
    for (std::uint32_t n = 0; n < 100; ++n)
        table[make(table, tuple(n), 1000 * second)].status |= status::seen_reply | status::assured;
    Finding why;
    EXPECT_EQ(table.begin(tuple(200), inverted(tuple(200)), {}, why), Tentative::none);
    EXPECT_EQ(why.reason, Reason::table_full);
    EXPECT_EQ(why.numbers, (Numbers{100, 64, 0}));
    EXPECT_EQ(table.statistics().drop, 1u);
    EXPECT_EQ(table.count(), 100u);
    EXPECT_TRUE(recorder.all.empty());
}

TEST_P(TableOf, FullOfTentativeOnesRefuses) {
    for (std::uint32_t n = 0; n < 100; ++n) begin(table, tuple(n));
    EXPECT_EQ(begin(table, tuple(100)), Tentative::none);
}

TEST_P(TableOf, FullTakesWhatIsOverAsExpired) {
    for (std::uint32_t n = 0; n < 100; ++n) make(table, tuple(n), 10 * second);
    at(11 * second);
    EXPECT_NE(make(table, tuple(200)), ConnIndex::none);
    EXPECT_EQ(recorder.all[0].second, End::expired);
    EXPECT_EQ(table.statistics().early_drop, 0u);
}

TEST(Table, ScansEachLastingConnectionOnceWhileOthersComeAndGo) {
    Table table({.entries = 20'000}, 1);
    table.set_now(start);
    std::set<ConnIndex> lasting;
    std::vector<ConnIndex> passing;
    for (std::uint32_t n = 0; n < 4000; ++n) {
        const auto c = make(table, tuple_of(n));
        if (n % 2 == 0) {
            lasting.insert(c);
        } else {
            passing.push_back(c);
        }
    }
    begin(table, tuple_of(100'000));  // tentative ones aren't seen
    std::map<ConnIndex, int> seen;
    ScanCursor cursor;
    std::uint32_t n = 4000;
    unsigned calls = 0;
    while (table.scan(cursor, 50, [&](ConnIndex c, Entry&) { ++seen[c]; })) {
        ++calls;
        for (int i = 0; i < 30; ++i) make(table, tuple_of(n++));
        for (int i = 0; i < 20 && !passing.empty(); ++i, passing.pop_back())
            table.end(passing.back(), End::deleted);
    }
    EXPECT_GE(calls, 80u);
    for (const auto c : lasting) EXPECT_EQ(seen[c], 1);
    for (const auto& [c, times] : seen) EXPECT_EQ(times, 1);
}

TEST(Table, ScanLetsTheVisitorEndConnections) {
    Table table({.entries = 1000}, 1);
    table.set_now(start);
    for (std::uint32_t n = 0; n < 1000; ++n) make(table, tuple_of(n));
    ScanCursor cursor;
    while (table.scan(cursor, 64, [&](ConnIndex c, Entry&) { table.end(c, End::deleted); })) {
    }
    EXPECT_EQ(table.count(), 0u);
}

TEST(Table, NeverWaitsForMemoryThatIsMaintained) {
    Table table({.entries = 200'000}, 1);
    table.set_now(start);
    for (std::uint32_t n = 0; n < 200'000; ++n) {
        if (n % 1000 == 0) {
            while (table.maintain(2000)) {
            }
        }
        ASSERT_NE(make(table, tuple_of(n)), ConnIndex::none);
    }
    EXPECT_EQ(table.late(), 0u);
    EXPECT_LE(table.bytes(), 200'000 * std::size_t{192 + 24});
}

}  // namespace
}  // namespace gatehouse::track

#include "track/event.h"

#include <gtest/gtest.h>
#include <tuple>
#include <vector>

#include "track/table_testing.h"

namespace gatehouse::track {
namespace {

struct Fixture : Watcher {
    Fixture() {
        table.set_now({1000 * second});
        table.set_watcher(this);
    }
    void ended(ConnIndex c, const Entry&, End why) override { events.ended(table, c, why); }

    using Told = std::tuple<ConnIndex, std::uint32_t>;
    std::vector<Told> told() {
        std::vector<Told> all;
        events.drain(1000, [&](const Event& e) { all.emplace_back(e.connection, e.changes); });
        return all;
    }

    Table table{{.entries = 100}, 1};
    Events events{16};
};

TEST(Events, MakesOneOfWhatAPacketChanged) {
    Fixture f;
    const auto a = testing::make(f.table, testing::tuple_of(1)),
               b = testing::make(f.table, testing::tuple_of(2));
    f.events.note(f.table, a, change::opened);
    f.events.note(f.table, b, change::reply);
    f.events.note(f.table, a, change::mark);
    EXPECT_TRUE(f.told().empty());
    f.events.settle(f.table);
    EXPECT_EQ(f.told(), (std::vector<Fixture::Told>{{a, change::opened | change::mark}, {b, change::reply}}));
    f.events.settle(f.table);
    EXPECT_TRUE(f.told().empty());
}

TEST(Events, ShowsTheEntryAsItIsWhenThePacketHasEnded) {
    Fixture f;
    const auto c = testing::make(f.table, testing::tuple_of(1), 30 * second);
    f.events.note(f.table, c, change::mark);
    f.table[c].mark = 7;
    f.table.side().add<Timestamps>(f.table[c])->start = 5;
    f.events.settle(f.table);
    f.table[c].mark = 8;
    f.events.drain(1, [&](const Event& e) {
        EXPECT_EQ(e.entry.mark, 7u);
        EXPECT_EQ(e.entry.tuple(Direction::original), testing::tuple_of(1));
        EXPECT_EQ(e.entry.expiry - e.now, 30'000);
        EXPECT_EQ(e.timestamps.start, 5);
        EXPECT_EQ(e.labels.words[0], 0u);
        EXPECT_EQ(e.time, Time{1000 * second});
        EXPECT_FALSE(e.is_new() || e.is_end());
    });
}

TEST(Events, TellsTheBeginningBeforeTheEndButNoChangeOfWhatIsGone) {
    Fixture f;
    const auto a = testing::make(f.table, testing::tuple_of(1)),
               b = testing::make(f.table, testing::tuple_of(2));
    f.events.note(f.table, a, change::opened);
    f.events.note(f.table, b, change::protocol);
    f.table.end(a, End::killed);
    f.table.end(b, End::deleted);
    f.events.settle(f.table);
    EXPECT_EQ(f.told(),
              (std::vector<Fixture::Told>{{a, change::opened}, {a, change::ended}, {b, change::ended}}));
}

TEST(Events, ReportsOnlyWhatTheConnectionIsToReport) {
    Fixture f;
    const auto c = testing::make(f.table, testing::tuple_of(1));
    *f.table.side().add<Wishes>(f.table[c]) = {.events = change::ended | change::assured,
                                               .set = Wishes::has_events};
    f.events.note(f.table, c, change::opened);
    f.events.settle(f.table);
    f.events.note(f.table, c, change::reply | change::assured);
    f.events.settle(f.table);
    f.table.end(c, End::deleted);
    EXPECT_EQ(f.told(), (std::vector<Fixture::Told>{{c, change::assured}, {c, change::ended}}));
    EXPECT_EQ(f.table.side().used(), 0u);
}

TEST(Events, CountsWhatNobodyTookInTime) {
    Fixture f;
    for (std::uint32_t n = 0; n < 20; ++n)
        f.events.note(f.table, testing::make(f.table, testing::tuple_of(n)), change::opened);
    f.events.settle(f.table);
    EXPECT_EQ(f.events.lost(), 4u);
    EXPECT_EQ(f.told().size(), 16u);
}

}  // namespace
}  // namespace gatehouse::track

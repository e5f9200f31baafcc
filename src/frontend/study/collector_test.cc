#include "frontend/study/collector.h"

#include <gtest/gtest.h>
#include <string>

#include "frontend/study/report.h"

namespace gatehouse::frontend {
namespace {

using track::Direction;
using track::SpellEnd;
using track::SpellKind;
using What = track::StudyRecord::What;

constexpr Time noon{1'700'000'000 * second};
constexpr Nanoseconds day = 86'400 * second;

// Records of one half-closed connection after the other, as tracking would write them.
struct Script {
    explicit Script(Nanoseconds floor = 0)
        : collector(floor, [this](const EndedSpell& ended) { lines.push_back(closing_line(ended)); }) {
        collector.begin_run(noon);
    }
    void begin(Direction closer, Time at = noon) {
        ++spell;
        begun = last = at;
        collector.take({.what = What::begun,
                        .by = closer,
                        .spell = spell,
                        .time = at,
                        .kept = day,
                        .original = {.source = Address::v4(0x0a000002),
                                     .destination = Address::v4(0xc0000209),
                                     .ends = {40'000, 80},
                                     .protocol = wire::protocol::tcp}});
    }
    void packet(Nanoseconds gap, Direction by) {
        last = last + gap;
        collector.take({.what = What::packet,
                        .by = by,
                        .spell = spell,
                        .time = last,
                        .gap = gap,
                        .total = last - begun});
    }
    void end(SpellEnd why, Nanoseconds later = 0) {
        collector.take({.what = What::ended, .end = why, .spell = spell, .time = last + later});
    }
    const study::Flow& flow() const { return collector.flows().back(); }
    std::string line() const { return lines.back().substr(lines.back().find(": ") + 2); }

    std::uint64_t spell = 0;
    Time begun{}, last{};
    std::vector<std::string> lines;
    Collector collector;
};

TEST(Collector, TellsOfEachCloseWhatTheTimerHadLeft) {
    Script s;
    s.begin(Direction::original);
    s.packet(43'200 * millisecond, Direction::reply);
    s.end(SpellEnd::fin);
    EXPECT_EQ(s.lines.back(),
              "10.0.0.2:40000 > 192.0.2.9:80 TCP, half closed by 10.0.0.2:40000: "
              "closed by the other side after 43.2 s; 86356.8 s of 86400 remained");
    s.begin(Direction::reply);
    s.packet(10 * second, Direction::original);
    s.packet(second / 4, Direction::reply);
    s.end(SpellEnd::reset);
    EXPECT_EQ(s.line(),
              "reset by the side that had closed after 10.25 s; 86399.75 s of 86400 remained "
              "(0.25 s since the packet before)");
    s.begin(Direction::original);
    s.packet(second, Direction::original);
    s.end(SpellEnd::keepalive_unanswered, day);
    EXPECT_EQ(s.line(),
              "silent to the end, after 86401 s (a keepalive came last, unanswered); 0 s of 86400 remained "
              "(86400 s since the packet before)");
    s.begin(Direction::original);
    s.end(SpellEnd::reopened, 60 * second);
    EXPECT_EQ(s.line(), "its ports were used again after 60 s; 86340 s of 86400 remained");
}

TEST(Collector, KeepsEveryGapAndWhoClosedFirst) {
    Script s;
    s.begin(Direction::reply);
    s.packet(second, Direction::original);
    s.packet(2 * second, Direction::reply);
    s.packet(3, Direction::original);
    s.end(SpellEnd::fin);
    ASSERT_EQ(s.flow().gaps.size(), 3u);
    EXPECT_EQ(s.flow().gaps[1].begin, second);
    EXPECT_EQ(s.flow().gaps[1].length, 2 * second);
    EXPECT_EQ(s.flow().last, 3 * second + 3);
    EXPECT_EQ(s.flow().kind, static_cast<std::uint8_t>(CloserKind::server));
    EXPECT_EQ(s.flow().port, 80);
    EXPECT_EQ(s.flow().ending, study::Ending::fin);
}

TEST(Collector, LeavesOutGapsBelowItsFloor) {
    Script s(second);
    s.begin(Direction::original);
    s.packet(second - 1, Direction::original);
    s.packet(second, Direction::original);
    s.end(SpellEnd::fin);
    ASSERT_EQ(s.flow().gaps.size(), 1u);
    EXPECT_EQ(s.flow().gaps[0].begin, second - 1);
}

TEST(Collector, CutsOffWhatARunLeavesOpen) {
    Script s;
    s.begin(Direction::original);
    s.packet(second, Direction::original);
    s.collector.end_run(noon + 10 * second);
    EXPECT_EQ(s.flow().ending, study::Ending::cut_off);
    EXPECT_EQ(s.flow().silence, 9 * second);
    EXPECT_EQ(s.line(),
              "still half closed after 10 s, when nobody looked any more; 86391 s of 86400 remained "
              "(9 s since the packet before)");
    // The study's clock goes on, wherever the next run's begins.
    const Time earlier{noon.since_epoch - 999'999 * second};
    s.collector.begin_run(earlier);
    s.begin(Direction::original, earlier + 5 * second);
    s.end(SpellEnd::lost);
    EXPECT_EQ(s.flow().start, 15 * second);
    EXPECT_EQ(s.flow().ending, study::Ending::cut_off);
    EXPECT_EQ(s.collector.lost(), 1u);
    s.collector.end_run(earlier + 20 * second);
    EXPECT_EQ(s.collector.watched(), 30 * second);
}

TEST(Collector, KnowsThatADayOfSilenceIsEnough) {
    Script s;
    s.begin(Direction::original);
    s.collector.end_run(noon + 3 * day);
    EXPECT_EQ(s.flow().ending, study::Ending::silence);
    EXPECT_EQ(s.flow().silence, day);
    // An entry that was given less than the study's time, by a rule's reset, wasn't waited for.
    s.collector.begin_run(noon);
    s.begin(Direction::original);
    s.end(SpellEnd::silence, 10 * second);
    EXPECT_EQ(s.flow().ending, study::Ending::cut_off);
}

}  // namespace
}  // namespace gatehouse::frontend

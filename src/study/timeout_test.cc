#include "study/timeout.h"

#include <cmath>
#include <gtest/gtest.h>

#include "base/random.h"
#include "study/cost.h"

namespace gatehouse::study {
namespace {

// Flows in seconds, and pointers to them.
struct Sample {
    std::vector<Flow> flows;
    std::vector<const Flow*> list() const {
        std::vector<const Flow*> all;
        for (const Flow& flow : flows) all.push_back(&flow);
        return all;
    }
    // One whose packets come after these gaps.
    Flow& add(std::initializer_list<double> gaps, Ending ending, double silence = 0, double start = 0) {
        Flow flow{.start = ns(start), .silence = ns(silence), .ending = ending};
        for (const double gap : gaps) {
            flow.gaps.push_back({flow.last, ns(gap)});
            flow.last += ns(gap);
        }
        return flows.emplace_back(std::move(flow));
    }
    static Nanoseconds ns(double seconds) { return static_cast<Nanoseconds>(seconds * 1e9); }
};

TEST(BrokenBy, CountsSilencesThatAPacketFollows) {
    Sample s;
    s.add({5, 100}, Ending::fin);
    s.add({5}, Ending::reset);
    s.add({5}, Ending::silence, 86'400);  // nothing came any more: nobody was hurt
    s.add({200, 300}, Ending::fin);
    EXPECT_DOUBLE_EQ(broken_by(s.list(), 60 * second).share, 0.5);
    EXPECT_DOUBLE_EQ(broken_by(s.list(), 100 * second).share, 0.25);  // it came just in time
    EXPECT_EQ(broken_by(s.list(), 300 * second).count, 0u);
    EXPECT_EQ(broken_by(s.list(), 60 * second).known, 4u);
}

TEST(BrokenBy, LeavesOpenWhatWasCutOff) {
    Sample s;
    s.add({100}, Ending::fin);
    s.add({5}, Ending::fin);
    s.add({5}, Ending::cut_off, 2);  // might have been either
    const Broken broken = broken_by(s.list(), 60 * second);
    EXPECT_EQ(broken.known, 2u);
    // At age 5 one of three ends; the other at risk later falls silent for longer.
    EXPECT_NEAR(broken.share, 2.0 / 3, 1e-9);
    EXPECT_EQ(broken.undecided, 0);
}

TEST(BrokenBy, WeighsThoseThatWereSilentWhenNobodyLookedAnyMore) {
    Sample s;
    s.add({100}, Ending::fin);
    s.add({5}, Ending::cut_off, 80);   // silent for 80 s: before the other's 100 came
    s.add({5}, Ending::cut_off, 500);  // longer than that
    const Broken broken = broken_by(s.list(), 60 * second);
    EXPECT_EQ(broken.known, 3u);
    EXPECT_EQ(broken.horizon, 500 * second);
    EXPECT_DOUBLE_EQ(broken.share, 0.5);  // of the two that were watched for 100 s
}

TEST(LeastTimeout, IsTheLeast) {
    Sample s;
    for (int i = 1; i <= 100; ++i) s.add({i + 0.5}, Ending::fin);
    EXPECT_EQ(least_timeout(s.list(), 0, second), 101 * second);
    EXPECT_EQ(least_timeout(s.list(), 0.01, second), 100 * second);
    EXPECT_EQ(least_timeout(s.list(), 0.5), 50'500 * millisecond);
    EXPECT_EQ(least_timeout(s.list(), 1, second), 1 * second);
}

TEST(Recommend, ClaimsNoLessThanThreeInN) {
    Sample s;
    for (int i = 0; i < 300; ++i) s.add({30}, Ending::fin);
    const auto few = recommend(s.list(), 0.0001);
    ASSERT_TRUE(few);
    EXPECT_EQ(few->timeout, 30 * second);
    EXPECT_DOUBLE_EQ(few->least_claim, 0.01);
    EXPECT_FALSE(few->enough());
    EXPECT_EQ(few->high, std::nullopt);
    EXPECT_TRUE(recommend(s.list(), 0.01)->enough());
    Sample cut;
    cut.add({1}, Ending::cut_off);
    EXPECT_FALSE(recommend(cut.list(), 0.0001));
    EXPECT_FALSE(recommend({}, 0.0001));
}

// Silences of a known distribution, and watchers who leave at random.
TEST(Recommend, FindsTheTruthWhateverWasCutOff) {
    Random random(7);
    const auto uniform = [&] { return (static_cast<double>(random() >> 11) + 0.5) / 9007199254740992.0; };
    const auto exponential = [&](double mean) { return -mean * std::log(uniform()); };
    Sample s;
    for (int i = 0; i < 40'000; ++i) {
        // A third ends after one gap, the others never again send anything.
        const double gap = exponential(600), watched = exponential(3000);
        const bool over = uniform() < 1.0 / 3;
        if (over && gap < watched) {
            s.add({gap}, Ending::fin);
        } else if (over || watched < 86'400) {
            s.add({}, Ending::cut_off, watched);
        } else {
            s.add({}, Ending::silence, 86'400);
        }
    }
    // A third of those whose gap is longer: 1/3 exp(-t/600).
    const auto got = recommend(s.list(), 0.01);
    const double truth = -600 * std::log(0.03);
    EXPECT_NEAR(static_cast<double>(got->timeout) / 1e9, truth, 0.05 * truth);
    EXPECT_LT(static_cast<double>(got->low) / 1e9, truth);
    EXPECT_GT(static_cast<double>(got->high.value()) / 1e9, truth);
    EXPECT_NEAR(broken_by(s.list(), 600 * second).share, std::exp(-1) / 3, 0.01);
}

TEST(Cost, IsLittlesLaw) {
    Sample s;
    for (int i = 0; i < 100; ++i) s.add({5}, Ending::fin, 0, i);          // five seconds each
    for (int i = 0; i < 100; ++i) s.add({}, Ending::silence, 86'400, i);  // as long as the timeout
    EXPECT_DOUBLE_EQ(cost_of(s.list(), 20 * second, 100 * second).mean, 25);
    EXPECT_EQ(cost_of(s.list(), 20 * second, 100 * second).peak, 25u);
    // Two seconds into the gap they are forgotten.
    EXPECT_DOUBLE_EQ(cost_of(s.list(), 2 * second, 100 * second).mean, 4);
}

TEST(Cost, EndsWithTheFirstSilenceThatIsTooLong) {
    Sample s;
    s.add({1, 100, 1}, Ending::fin);
    s.add({1}, Ending::reopened, 5);
    s.add({1}, Ending::cut_off, 5);
    EXPECT_DOUBLE_EQ(cost_of(s.list(), 10 * second, second).mean, 11 + 6 + 11);
    EXPECT_DOUBLE_EQ(cost_of(s.list(), 1000 * second, second).mean, 102 + 6 + 1001);
}

}  // namespace
}  // namespace gatehouse::study

#include "track/wheel.h"

#include <gtest/gtest.h>
#include <map>
#include <random>
#include <vector>

namespace gatehouse::track {
namespace {

struct Fixture {
    Arena<Entry> entries{100'000};
    Wheel wheel{entries};

    ConnIndex add(Tick at, Family family = Family::ipv4) {
        const auto i = entries.take();
        entries[i] = Entry{.family = family};
        const auto c = static_cast<ConnIndex>(i);
        wheel.arm(c, at);
        return c;
    }
    std::vector<ConnIndex> due(Tick now, unsigned budget = 1'000'000) {
        std::vector<ConnIndex> all;
        const unsigned done = wheel.advance(now, budget, [&](ConnIndex c) { all.push_back(c); });
        EXPECT_EQ(done, all.size());
        return all;
    }
};

TEST(Wheel, LooksWhenTheStepOfTheTickIsOver) {
    Fixture f;
    const auto c = f.add({100}), d = f.add({31}, Family::ipv6);
    EXPECT_TRUE(f.due({31}).empty());
    EXPECT_EQ(f.due({32}), std::vector{d});
    EXPECT_TRUE(f.due({127}).empty());
    EXPECT_EQ(f.due({128}), std::vector{c});
    EXPECT_TRUE(f.due({1'000'000}).empty());
}

TEST(Wheel, ForgetsWhoIsDisarmed) {
    Fixture f;
    const auto a = f.add({1000}), b = f.add({1001}, Family::ipv6), c = f.add({1002}), d = f.add({2000});
    f.wheel.disarm(b);
    f.wheel.disarm(d);
    EXPECT_EQ(f.due({3000}), (std::vector{a, c}));
}

TEST(Wheel, StopsAtTheBudgetAndGoesOn) {
    Fixture f;
    std::vector<ConnIndex> all;
    for (std::uint32_t i = 0; i < 10; ++i) all.push_back(f.add({500}));
    for (std::uint32_t i = 0; i < 10; ++i) all.push_back(f.add({600}));
    std::vector<ConnIndex> seen;
    for (int call = 0; call < 7; ++call) {
        const auto some = f.due({1000}, 3);
        EXPECT_LE(some.size(), 3u);
        seen.insert(seen.end(), some.begin(), some.end());
    }
    EXPECT_EQ(seen, all);
}

TEST(Wheel, KeepsOrderAfterAPauseOfDays) {
    Fixture f;
    f.due({Wheel::horizon});
    const auto late = f.add({2 * Wheel::horizon}), early = f.add({Wheel::horizon + 40});
    EXPECT_EQ(f.due({2'000'000'000}), (std::vector{early, late}));
}

TEST(Wheel, AfterAPauseDoesntTakeTheNewForTheOld) {
    Fixture f;
    const auto old = f.add({1000});
    const Tick now{50'000'000};
    std::vector<ConnIndex> seen;
    // While what is overdue is being worked off, it is armed again a quarter of a minute ahead.
    f.wheel.advance(now, 100, [&](ConnIndex c) {
        seen.push_back(c);
        f.wheel.arm(c, now + 15'000);
    });
    EXPECT_EQ(seen, std::vector{old});
    EXPECT_TRUE(f.due(now + 14'999).empty());
    EXPECT_EQ(f.due(now + 15'032), std::vector{old});
}

// Random arming, disarming, budgets and pauses beside a model, over the end of the ticks' range.
TEST(Wheel, AgreesWithAModel) {
    Fixture f;
    std::minstd_rand random(5);
    const auto pick = [&](std::uint32_t below) { return static_cast<std::uint32_t>(random() >> 7) % below; };
    Tick now{0xffff'0000};
    f.due(now);
    std::map<std::uint32_t, Tick> armed;
    for (int round = 0; round < 200'000; ++round) {
        switch (pick(4)) {
            case 0:
            case 1:
                if (armed.size() < 5000) {
                    const Tick at = now + pick(pick(2) == 0 ? 100 : Wheel::horizon);
                    armed[index(f.add(at, pick(2) == 0 ? Family::ipv4 : Family::ipv6))] = at;
                }
                break;
            case 2:
                if (const auto it = armed.lower_bound(pick(5000)); it != armed.end()) {
                    f.wheel.disarm(static_cast<ConnIndex>(it->first));
                    f.entries.give_back(it->first);
                    armed.erase(it);
                }
                break;
            default: {
                now = now + (pick(50) == 0 ? pick(3'000'000) : pick(60));
                const unsigned budget = pick(20);
                const auto due = f.due(now, budget);
                for (const auto c : due) {
                    ASSERT_TRUE(armed.contains(index(c)));
                    ASSERT_GE(now - armed[index(c)], 0);
                    armed.erase(index(c));
                    f.entries.give_back(index(c));
                }
                if (due.size() < budget) {  // nobody is left behind
                    for (const auto& [i, at] : armed)
                        ASSERT_LT(now - at, static_cast<std::int32_t>(Wheel::step));
                }
            }
        }
    }
    const auto rest = f.due(now + Wheel::horizon + Wheel::step);
    EXPECT_EQ(rest.size(), armed.size());
}

}  // namespace
}  // namespace gatehouse::track

#include "rules/hashlimit_table.h"

#include <gtest/gtest.h>

namespace gatehouse::rules {
namespace {

using Answer = HashlimitTable::Answer;
constexpr HashlimitTable::Ticks second = HashlimitTable::ticks_per_second;

struct Table {
    HashlimitTable table;
    Random random{1};
    std::uint32_t length = 100;

    explicit Table(const HashlimitTerms& terms) : table(terms) {}
    Answer ask(std::uint32_t source, HashlimitTable::Ticks now) {
        const auto& terms = table.terms();
        return table.ask({.source = Address::v4(source)}, length, terms.bytes, terms.tells_rate, now, random);
    }
};

constexpr HashlimitTerms one_a_second{.average = 1'000'000, .burst = 3, .expiry = 60'000};

TEST(HashlimitTable, GivesEachItsTokens) {
    Table t(one_a_second);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(t.ask(1, 0), Answer::under) << i;
    EXPECT_EQ(t.ask(1, 0), Answer::over);
    EXPECT_EQ(t.ask(2, 0), Answer::under);
    EXPECT_EQ(t.ask(1, second - 1), Answer::over);
    EXPECT_EQ(t.ask(1, second + 1), Answer::under);
    EXPECT_EQ(t.ask(1, second + 1), Answer::over);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(t.ask(1, 50 * second), Answer::under) << i;
    EXPECT_EQ(t.ask(1, 50 * second), Answer::over);
}

// An entry whose time is over is gone at the next sweep, and begins anew.
TEST(HashlimitTable, ForgetsTheIdle) {
    auto terms = one_a_second;
    terms.average = 1'000'000'000;
    terms.expiry = 10'000;
    Table t(terms);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(t.ask(1, 0), Answer::under) << i;
    EXPECT_EQ(t.ask(1, 9 * second), Answer::over);
    EXPECT_EQ(t.ask(1, 18 * second), Answer::over);  // it was asked for meanwhile
    EXPECT_EQ(t.ask(1, 30 * second), Answer::under);
}

TEST(HashlimitTable, IsBounded) {
    auto terms = one_a_second;
    terms.buckets = 2;
    terms.most = 2;
    Table t(terms);
    EXPECT_EQ(t.ask(1, 0), Answer::under);
    EXPECT_EQ(t.ask(2, 0), Answer::under);
    EXPECT_EQ(t.ask(3, 0), Answer::full);
    EXPECT_EQ(t.ask(1, 50 * second), Answer::under);
    EXPECT_EQ(t.ask(3, 59 * second), Answer::full);
    EXPECT_EQ(t.ask(3, 62 * second), Answer::under);  // in the place of 2
    EXPECT_EQ(t.ask(2, 62 * second), Answer::full);
    EXPECT_EQ(t.ask(1, 62 * second), Answer::under);
}

TEST(HashlimitTable, FindsEachOfMany) {
    auto terms = one_a_second;
    terms.burst = 1;
    terms.buckets = 1;
    terms.most = 5'000;
    Table t(terms);
    for (std::uint32_t i = 0; i < 5'000; ++i) EXPECT_EQ(t.ask(i, 0), Answer::under) << i;
    for (std::uint32_t i = 0; i < 5'000; ++i) EXPECT_EQ(t.ask(i, 0), Answer::over) << i;
    // All of them make room for others.
    for (std::uint32_t i = 10'000; i < 15'000; ++i) EXPECT_EQ(t.ask(i, 100 * second), Answer::under) << i;
    EXPECT_EQ(t.ask(1, 100 * second), Answer::full);
}

// 16 kB a second, in sixteens; a burst of two seconds' worth is taken when the bucket has run dry.
TEST(HashlimitTable, CountsBytes) {
    Table t({.average = 0xffffffff / 1025, .burst = 2, .bytes = true, .expiry = 60'000});
    t.length = 8'000;  // half a second's worth
    int under = 0;
    while (t.ask(1, 0) == Answer::under) ++under;
    EXPECT_EQ(under, 6);
    EXPECT_EQ(t.ask(1, second / 4), Answer::over);
    EXPECT_EQ(t.ask(1, second), Answer::under);
}

// Ten packets a second over two seconds, and five more.
TEST(HashlimitTable, TellsARate) {
    Table t({.average = 100'000, .burst = 5, .tells_rate = true, .rate_interval = 2, .expiry = 60'000});
    for (int i = 0; i < 15; ++i) EXPECT_EQ(t.ask(1, 0), Answer::under) << i;
    EXPECT_EQ(t.ask(1, 0), Answer::over);
    for (int i = 0; i < 10; ++i) t.ask(1, 0);
    EXPECT_EQ(t.ask(1, 2 * second), Answer::over);   // the window before was full
    EXPECT_EQ(t.ask(1, 4 * second), Answer::under);  // this one isn't
}

// Engines share a table, and their clocks differ: time doesn't go back.
TEST(HashlimitTable, TakesALateEnginesWord) {
    Table t(one_a_second);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(t.ask(1, 100), Answer::under) << i;
    EXPECT_EQ(t.ask(1, 50), Answer::over);
    EXPECT_EQ(t.ask(1, 101), Answer::over);
}

}  // namespace
}  // namespace gatehouse::rules

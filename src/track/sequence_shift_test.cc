// Several changes of length outstanding in one direction.
#include "track/sequence_shift.h"

#include <gtest/gtest.h>

namespace gatehouse::track::sequence_shift {
namespace {

TEST(SequenceShift, IsNoneAtFirst) {
    const One one{};
    EXPECT_EQ(of_sent(one, 1000), 0);
    EXPECT_EQ(of_seen(one, 1000), 0);
}

// What is sent up to byte 109 grows by 4, what is sent up to byte 209 shrinks by 1.
TEST(SequenceShift, CountsTheChangesThatANumberLiesBehind) {
    One one{};
    note(one, 109, 4);
    note(one, 209, -1);
    struct {
        std::uint32_t sent;
        std::int32_t shift;
    } const rows[] = {{100, 0}, {109, 0}, {110, 4}, {209, 4}, {210, 3}, {5000, 3}};
    for (const auto& row : rows) {
        EXPECT_EQ(of_sent(one, row.sent), row.shift) << row.sent;
    }
    for (const auto& row : {rows[0], rows[1], rows[2], rows[4], rows[5]})
        EXPECT_EQ(of_seen(one, row.sent + static_cast<std::uint32_t>(row.shift)), row.shift) << row.sent;
    EXPECT_EQ(of_seen(one, 112), 3) << "inside of what grew: no more than its last byte";
}

TEST(SequenceShift, LeavesRetransmissionsAlone) {
    One one{};
    note(one, 109, 4);
    note(one, 109, 4);
    note(one, 50, 4);
    EXPECT_EQ(of_sent(one, 200), 4);
}

TEST(SequenceShift, GoesRoundTheEndOfTheNumbers) {
    One one{};
    note(one, 0xffff'fff0u, 32);
    EXPECT_EQ(of_sent(one, 0xffff'fff0u), 0);
    EXPECT_EQ(of_sent(one, 3), 32);
    EXPECT_EQ(of_seen(one, 35), 32);
}

TEST(SequenceShift, ForgetsTheOldestOfTooMany) {
    One one{};
    for (std::uint32_t i = 1; i <= 20; ++i) note(one, i * 100, 1);
    EXPECT_EQ(of_sent(one, 2001), 20);
    EXPECT_EQ(of_sent(one, 1999), 19);
    EXPECT_EQ(of_sent(one, 1301), 13);
    EXPECT_EQ(of_sent(one, 1), 12) << "what came before the oldest that is known";
}

TEST(SequenceShift, RemembersManyThatAreUnacknowledged) {
    One one{};
    Older older{};
    constexpr std::uint32_t changes = 128;
    for (std::uint32_t i = 1; i <= changes; ++i) {
        const auto oldest = note(one, i * 100, 1);
        ASSERT_TRUE(!oldest || remember(older, *oldest, 100));
    }
    for (std::uint32_t i = 0; i <= changes; ++i) {
        const auto shift = static_cast<std::int32_t>(i);
        EXPECT_EQ(of_sent(one, i * 100 + 50, &older), shift);
        EXPECT_EQ(of_seen(one, i * 100 + 50 + i, &older), shift);
    }
    const auto oldest = note(one, (changes + 1) * 100, 1);
    EXPECT_FALSE(remember(older, *oldest, 100)) << "one too many";
    EXPECT_TRUE(remember(older, *oldest, 150)) << "the first has been acknowledged";
}

}  // namespace
}  // namespace gatehouse::track::sequence_shift

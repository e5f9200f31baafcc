#include "track/proto/tcp_window.h"

#include <gtest/gtest.h>

#include "packet/reason.h"
#include "track/proto/tcp_testing.h"
#include "track/proto/tcp_words.h"

namespace gatehouse::track::tcp::testing {
namespace {

// An established connection of two sides with the same scale.
TcpState established(unsigned scale) {
    TcpState state;
    state.phase = TcpPhase::established;
    const std::uint32_t window = 5000u << scale;
    state.side[0] = {.end = 1000, .max_end = 1000 + window, .max_window = window};
    state.side[1] = {.end = 4'000'000'000u, .max_end = 4'000'000'000u + window, .max_window = window};
    for (const unsigned side : {0u, 1u}) state.set_scale(side, scale);
    return state;
}

struct Crossing {
    std::string_view bound;
    Verdict verdict;  // beyond the bound by one
    Verdict far;      // and by 2^31, which is half around: beyond the bound opposite
    Reason reason, far_reason;
};

constexpr Crossing crossings[] = {
    {"I", Verdict::ignore, Verdict::invalid, Reason::tcp_overshoot, Reason::tcp_seq_over_upper},
    {"II", Verdict::ignore, Verdict::invalid, Reason::tcp_seq_under_lower, Reason::tcp_seq_over_upper},
    {"III", Verdict::invalid, Verdict::invalid, Reason::tcp_ack_over_upper, Reason::tcp_ack_over_upper},
    {"IV", Verdict::ignore, Verdict::invalid, Reason::tcp_ack_under_lower, Reason::tcp_ack_over_upper},
};

// A segment of the original side that lies `by` beyond the bound, and well within the others.
Segment aimed(const TcpState& state, std::string_view bound, std::uint32_t by) {
    const auto &sender = state.side[0], &receiver = state.side[1];
    Segment s{.seq = sender.end, .ack = receiver.end, .window = 5000, .kind = TcpKind::ack, .flags = 0x10};
    if (bound == "I") s.seq = sender.max_end + by;
    if (bound == "II") s.seq = sender.end - receiver.max_window - by;
    if (bound == "III") s.ack = receiver.end + by;
    if (bound == "IV") s.ack = receiver.end - std::max(sender.max_window, 66'000u) - by;
    s.end = s.seq;
    s.sack = s.ack;
    return s;
}

TEST(TcpWindow, EachBoundAtEachScale) {
    const auto judge = [](unsigned scale, std::string_view bound, std::uint32_t by) {
        TcpState state = established(scale);
        return check_window(state, aimed(state, bound, by), Direction::original, 0, {}, nullptr);
    };
    for (const unsigned scale : {0u, 7u, 14u}) {
        for (const Crossing& c : crossings) {
            SCOPED_TRACE(fmt::format("bound {} at scale {}", c.bound, scale));
            EXPECT_EQ(judge(scale, c.bound, static_cast<std::uint32_t>(-1)).verdict, Verdict::accept);
            EXPECT_EQ(judge(scale, c.bound, 0).verdict, Verdict::accept);
            const auto one = judge(scale, c.bound, 1), far = judge(scale, c.bound, 1u << 31);
            EXPECT_EQ(one.verdict, c.verdict);
            EXPECT_EQ(one.finding.reason, c.reason);
            EXPECT_EQ(far.verdict, c.far);
            EXPECT_EQ(far.finding.reason, c.far_reason);
        }
    }
}

// The numbers of a finding, and what the kernel says of them.
TEST(TcpWindow, FindingsCarryTheirNumbers) {
    struct Row {
        std::string_view bound;
        std::uint32_t by;
        Numbers numbers;
        std::string_view kernel;
    };
    const Row rows[] = {
        {"I", 1, {2, 5000}, "2 bytes more than expected"},
        {"I", 6000, {12000, 6001}, "SEQ is over upper bound 6001 (over the window of the receiver)"},
        {"II",
         1,
         {4294963295, 4294963295},
         "SEQ is under lower bound 4294963295 (already ACKed data retransmitted)"},
        {"III", 1, {4000000001, 4000000001}, "ACK is over upper bound 4000000001 (ACKed data not seen yet)"},
        {"IV",
         1,
         {3999933999, 3999933999},
         "ignored ACK under lower bound 3999933999 (possible overly delayed)"},
    };
    for (const Row& row : rows) {
        TcpState state = established(0);
        const auto answer =
            check_window(state, aimed(state, row.bound, row.by), Direction::original, 0, {}, nullptr);
        EXPECT_EQ(answer.finding.numbers, row.numbers) << row.bound;
        EXPECT_EQ(kernel_words(answer.finding), row.kernel);
        EXPECT_NE(words(answer.finding.reason, answer.finding.numbers), "");
    }
}

// What may be overshot: a window, to the octet, and only when all else fits.
TEST(TcpWindow, Overshoot) {
    struct Row {
        std::string_view name;
        std::uint32_t beyond, ack_by;
        bool seen;
        Verdict verdict;
    };
    const Row rows[] = {
        {"by a window", 4999, 0, true, Verdict::ignore},
        {"by an octet more", 5000, 0, true, Verdict::invalid},
        {"with an ACK of what wasn't sent", 100, 1, true, Verdict::invalid},
        {"with an old ACK", 100, static_cast<std::uint32_t>(-66'001), true, Verdict::invalid},
        {"of a receiver that wasn't seen", 100, 0, false, Verdict::invalid},
    };
    for (const Row& row : rows) {
        TcpState state = established(0);
        if (!row.seen) state.side[1].max_window = 0;
        Segment s = aimed(state, "I", row.beyond);
        s.ack += row.ack_by;
        s.sack = s.ack;
        EXPECT_EQ(check_window(state, s, Direction::original, 0, {}, nullptr).verdict, row.verdict)
            << row.name;
        const bool noted = state.side[0].end == s.end;
        EXPECT_EQ(noted, row.verdict == Verdict::ignore) << row.name;
    }
}

// What an accepted segment moves on.
TEST(TcpWindow, MovesOn) {
    TcpState state = established(7);
    state.flags[1] = tcp_mark::unacknowledged;
    Segment s = aimed(state, "I", static_cast<std::uint32_t>(-10));
    s.end = s.seq + 110;
    s.window = 6000;
    s.ack = s.sack = state.side[1].end;
    ASSERT_EQ(check_window(state, s, Direction::original, 0, {}, nullptr).verdict, Verdict::accept);
    EXPECT_EQ(state.side[0].end, 1000 + (5000u << 7) + 100);
    EXPECT_EQ(state.side[0].max_window, 6000u << 7);
    EXPECT_EQ(state.side[0].max_ack, state.side[1].end);
    EXPECT_EQ(state.side[1].max_window, (5000u << 7) + 100) << "it takes 100 more than it offered";
    EXPECT_EQ(state.side[1].max_end, state.side[1].end + (6000u << 7));
    EXPECT_EQ(state.flags[0], tcp_mark::unacknowledged | tcp_mark::max_ack_set);
    EXPECT_EQ(state.flags[1], 0);
    EXPECT_EQ(state.last_window, 6000);
    EXPECT_EQ(state.last_end, s.end);
    EXPECT_EQ(state.retransmissions, 0);
}

TEST(TcpWindow, AClosedWindowAdmitsAProbe) {
    TcpState state = established(0);
    state.side[1].max_end = state.side[1].end;
    Segment s = aimed(state, "II", 0);
    s.window = 0;
    ASSERT_EQ(check_window(state, s, Direction::original, 0, {}, nullptr).verdict, Verdict::accept);
    EXPECT_EQ(state.side[1].max_end, state.side[1].end + 1);
}

// What a helper inserted into one direction shifts the acknowledgments of the other.
TEST(TcpWindow, AcknowledgmentsAreShifted) {
    for (const std::int32_t offset : {0, 7, -7}) {
        TcpState state = established(0);
        Segment s = aimed(state, "III", static_cast<std::uint32_t>(offset));
        EXPECT_EQ(check_window(state, s, Direction::original, offset, {}, nullptr).verdict, Verdict::accept);
        EXPECT_EQ(state.side[0].max_ack, 4'000'000'000u);
        ++s.ack, ++s.sack;
        EXPECT_EQ(check_window(state, s, Direction::original, offset, {}, nullptr).verdict, Verdict::invalid);
    }
}

}  // namespace
}  // namespace gatehouse::track::tcp::testing

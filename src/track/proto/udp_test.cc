// UDP, UDP-Lite and GRE: when an exchange is a stream, and what isn't fit to be one's packet.
#include "track/proto/udp.h"

#include <gtest/gtest.h>

#include "packet/reason.h"
#include "track/proto/generic.h"
#include "track/proto/proto_testing.h"
#include "wire/protocol.h"

namespace gatehouse::track {
namespace {

using testing::Parsed;

constexpr std::uint32_t day = 86'400'000;  // ticks

class Udp : public ::testing::TestWithParam<Family> {
  protected:
    Judgement ask(std::uint32_t tick, std::uint32_t status, bool opens = false) {
        return udp::update(state, {.packet = packet.packet,
                                   .opens = opens,
                                   .status = status,
                                   .now = {start + tick},
                                   .timeouts = policy});
    }
    static constexpr std::uint32_t start = 0xffffff00;  // ticks go round soon
    TimeoutPolicy policy;
    UdpState state;
    Parsed packet{GetParam(), Direction::original, [](auto& b) { b.udp({.source = 1, .destination = 2}); }};
};
INSTANTIATE_TEST_SUITE_P(Families, Udp, ::testing::Values(Family::ipv4, Family::ipv6),
                         [](const auto& row) { return is_v4(row.param) ? "v4" : "v6"; });

TEST_P(Udp, IsAStreamTwoSecondsAfterItsBeginningIfAnswered) {
    struct Row {
        std::uint32_t tick, status;
        bool stream;
    };
    constexpr std::uint32_t answered = status::seen_reply;
    EXPECT_EQ(ask(0, 0, true).lifetime, 30 * second);
    for (const auto& [tick, status, stream] :
         {Row{0, answered, false}, Row{1999, answered, false}, Row{2000, answered, false},
          Row{2001, answered, true}, Row{2001, 0, false}, Row{60'000, 0, false},
          Row{60'001, answered, true}}) {
        const Judgement judgement = ask(tick, status);
        EXPECT_EQ(judgement.lifetime, (stream ? 120 : 30) * second) << tick;
        EXPECT_EQ(judgement.set_status, stream ? status::assured : 0u) << tick;
        EXPECT_EQ(judgement.verdict, Verdict::accept);
        EXPECT_TRUE(judgement.refresh);
    }
}

TEST_P(Udp, IsAStreamHoweverLongItLasts) {
    ask(0, 0, true);
    for (std::uint32_t days = 1; days <= 120; ++days) {
        EXPECT_EQ(ask(days * (day / 2), status::seen_reply).lifetime, 120 * second) << days;
    }
}

TEST_P(Udp, OfAClashIsNeverAssured) {
    ask(0, 0, true);
    const Judgement judgement = ask(9000, status::seen_reply | status::nat_clash);
    EXPECT_EQ(judgement.lifetime, 120 * second);
    EXPECT_EQ(judgement.set_status, 0u);
}

TEST_P(Udp, LiteIsAStreamWithTheFirstPacketBehindItsAnswer) {
    const Question question{.packet = packet.packet, .timeouts = policy};
    EXPECT_EQ(udp::update_lite(question).lifetime, 30 * second);
    EXPECT_EQ(udp::update_lite(question).set_status, 0u);
    const Question later{.packet = packet.packet, .status = status::seen_reply, .timeouts = policy};
    EXPECT_EQ(udp::update_lite(later).lifetime, 120 * second);
    EXPECT_EQ(udp::update_lite(later).set_status, status::assured);
}

TEST_P(Udp, GreIsAStreamOnceAnswered) {
    const Question question{.packet = packet.packet, .timeouts = policy};
    EXPECT_EQ(generic::update_gre(question).lifetime, 30 * second);
    EXPECT_EQ(generic::update_gre(question).set_status, 0u);
    const Question later{.packet = packet.packet, .status = status::seen_reply, .timeouts = policy};
    EXPECT_EQ(generic::update_gre(later).lifetime, 180 * second);
    EXPECT_EQ(generic::update_gre(later).set_status, status::assured);
    EXPECT_EQ(generic::update(later).lifetime, 600 * second);
    EXPECT_EQ(generic::update(later).set_status, 0u);
}

TEST_P(Udp, IsUnfitCutShortOrWithAWrongChecksum) {
    const auto unfit = [&](auto add, bool verify = true) {
        Parsed made(GetParam(), Direction::original, add);
        return udp::unfit(made.packet, verify).reason;
    };
    EXPECT_EQ(unfit([](auto& b) { b.udp({.source = 1, .destination = 2}).payload("data"); }), Reason::none);
    EXPECT_EQ(
        unfit([](auto& b) { b.udp({.source = 1, .destination = 2, .checksum = 0x1234}).payload("data"); }),
        Reason::l4_bad_checksum);
    EXPECT_EQ(
        unfit([](auto& b) { b.udp({.source = 1, .destination = 2, .checksum = 0x1234}).payload("data"); },
              false),
        Reason::none);
    EXPECT_EQ(unfit([](auto& b) { b.udp({.source = 1, .destination = 2, .length = 7}); }),
              Reason::track_bad_length);
    EXPECT_EQ(unfit([](auto& b) { b.udp({.source = 1, .destination = 2, .length = 100}); }),
              Reason::track_bad_length);
    EXPECT_EQ(unfit([](auto& b) { b.unknown(wire::protocol::udp).payload("1234567"); }),
              Reason::l4_truncated);
}

TEST_P(Udp, LiteNeedsItsChecksum) {
    const auto unfit = [&](auto add, bool verify = true) {
        Parsed made(GetParam(), Direction::original, add);
        return udp::unfit_lite(made.packet, verify).reason;
    };
    // Linux sums it as if it were UDP, and finds every good one wrong (tests/scenarios/track-udplite.gh).
    for (const bool verify : {false, true}) {
        const Reason found = verify ? Reason::l4_bad_checksum : Reason::none;
        EXPECT_EQ(unfit([](auto& b) { b.udplite({.source = 1, .destination = 2}).payload("data"); }, verify),
                  found);
        EXPECT_EQ(
            unfit([](auto& b) { b.udplite({.source = 1, .destination = 2, .coverage = 8}).payload("data"); },
                  verify),
            found);
    }
    for (const std::uint16_t coverage : std::initializer_list<std::uint16_t>{1, 7, 13}) {
        EXPECT_EQ(unfit([&](auto& b) {
                      b.udplite({.source = 1, .destination = 2, .coverage = coverage, .checksum = 1})
                          .payload("data");
                  }),
                  Reason::track_bad_length)
            << coverage;
    }
    for (const bool verify : {false, true}) {
        EXPECT_EQ(
            unfit([](auto& b) { b.udplite({.source = 1, .destination = 2, .checksum = 0}).payload("data"); },
                  verify),
            Reason::l4_bad_checksum);
        EXPECT_EQ(
            unfit([](auto& b) { b.udplite({.source = 1, .destination = 2, .checksum = 9}).payload("data"); },
                  verify),
            verify ? Reason::l4_bad_checksum : Reason::none);
    }
}

}  // namespace
}  // namespace gatehouse::track

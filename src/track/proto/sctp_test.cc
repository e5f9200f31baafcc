// SCTP: associations told chunk by chunk, on both families. What must come was the kernel's answer to the
// same packets (tests/scenarios/track-sctp-*.gh).
#include "track/proto/sctp.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <vector>

#include "packet/reason.h"
#include "track/proto/proto_testing.h"
#include "track/proto/sctp_phase.h"

namespace gatehouse::track {
namespace {

using testing::Parsed;
namespace chunk = sctp::chunk;
constexpr std::uint8_t sack = 3;

struct Chunk {
    std::uint8_t type = 0;
    std::uint8_t flags = 0;
    std::uint32_t tag = 0;  // announced, by INIT and INIT ACK
};

constexpr auto accept = Verdict::accept, invalid = Verdict::invalid;
using enum SctpPhase;

struct Step {
    bool up = true;  // from who opened
    std::uint32_t tag = 0;
    std::vector<Chunk> chunks;
    Verdict verdict = accept;
    SctpPhase phase = none;  // behind it
    bool assured = false;    // set by it
    bool refreshes = true;
};

struct Story {
    const char* name;
    std::vector<Step> steps;
};

const std::vector<Step> handshake = {
    {true, 0, {{chunk::init, 0, 0x11}}, accept, closed},
    {false, 0x11, {{chunk::init_ack, 0, 0x22}}, accept, cookie_wait},
    {true, 0x22, {{chunk::cookie_echo}}, accept, cookie_echoed},
    {false, 0x11, {{chunk::cookie_ack}}, accept, established, true},
};

std::vector<Step> behind_handshake(std::vector<Step> more) {
    std::vector<Step> all = handshake;
    all.insert(all.end(), more.begin(), more.end());
    return all;
}

const Story stories[] = {
    {"whole", behind_handshake({{true, 0x22, {{chunk::data}}, accept, established},
                                {false, 0x11, {{sack}}, accept, established},
                                {true, 0x22, {{chunk::shutdown}}, accept, shutdown_sent},
                                {false, 0x11, {{chunk::shutdown_ack}}, accept, shutdown_ack_sent},
                                {true, 0x22, {{chunk::shutdown_complete}}, accept, closed}})},
    {"shutdown_by_the_other",
     behind_handshake({{false, 0x11, {{chunk::shutdown}}, accept, shutdown_received},
                       {true, 0x22, {{chunk::shutdown_ack}}, accept, shutdown_ack_sent},
                       {false, 0x11, {{chunk::shutdown_complete}}, accept, closed}})},
    {"wrong_tags", behind_handshake({{true, 0x23, {{chunk::data}}, invalid, established},
                                     {false, 0x22, {{sack}}, invalid, established},
                                     {true, 0x11, {{chunk::cookie_echo}}, invalid, established},
                                     {true, 0x11, {{chunk::abort}}, invalid, established},
                                     {true, 7, {{chunk::shutdown_complete}}, invalid, established},
                                     {true, 5, {{chunk::init, 0, 1}}, invalid, established}})},
    {"reflected_tags", behind_handshake({{true, 0x22, {{chunk::abort, 1}}, invalid, established},
                                         {true, 0x11, {{chunk::abort, 1}}, accept, closed}})},
    {"aborted", behind_handshake({{false, 0x11, {{chunk::abort}}, accept, closed}})},
    {"bundled",
     {{true, 0, {{chunk::init, 0, 0x11}}, accept, closed},
      {false, 0x11, {{chunk::init_ack, 0, 0x22}}, accept, cookie_wait},
      {true, 0x22, {{chunk::cookie_echo}, {chunk::data}}, accept, cookie_echoed},
      {false, 0x11, {{chunk::cookie_ack}, {sack}}, accept, established, true},
      {true, 0x22, {{chunk::data}, {chunk::cookie_echo}}, invalid, established},
      {true, 0x22, {{chunk::data}, {chunk::init, 0, 1}}, invalid, established},
      {true, 0x22, {{chunk::init, 0, 1}, {chunk::data}}, invalid, established},
      {true, 0x22, {}, invalid, established}}},
    {"init_again",
     {{true, 0, {{chunk::init, 0, 0x11}}, accept, closed},
      {true, 0, {{chunk::init, 0, 0x11}}, accept, closed, false, false}}},
    {"heartbeat",
     {{true, 0x22, {{chunk::heartbeat}}, accept, heartbeat_sent},
      {true, 0x22, {{chunk::heartbeat}}, accept, heartbeat_sent},
      {false, 0x11, {{chunk::heartbeat_ack}}, accept, established, true},
      {true, 0x22, {{chunk::data}}, accept, established}}},
    {"heartbeat_of_another_path",
     behind_handshake({{true, 0x33, {{chunk::heartbeat}}, accept, established, false, false},
                       {false, 0x44, {{chunk::heartbeat_ack}}, accept, established},
                       {true, 0x22, {{chunk::heartbeat}}, accept, established}})},
    {"answer_without_heartbeat",
     behind_handshake({{true, 0x33, {{chunk::heartbeat_ack}}, invalid, established}})},
    {"picked_up", {{true, 9, {{chunk::data}}, invalid, none}}},
    {"abort_first", {{true, 9, {{chunk::abort}}, invalid, none}}},
    {"cookie_ack_first", {{true, 9, {{chunk::cookie_ack}}, invalid, none}}},
    {"complete_first", {{true, 9, {{chunk::shutdown_complete}}, invalid, none}}},
    {"init_with_tag_first", {{true, 9, {{chunk::init, 0, 1}}, invalid, none}}},
    {"shutdown_ack_first", {{true, 9, {{chunk::shutdown_ack}}, accept, shutdown_ack_sent}}},
};

class Sctp : public ::testing::TestWithParam<std::tuple<Family, std::size_t>> {};
INSTANTIATE_TEST_SUITE_P(Stories, Sctp,
                         ::testing::Combine(::testing::Values(Family::ipv4, Family::ipv6),
                                            ::testing::Range(std::size_t{0}, std::size(stories))),
                         [](const auto& row) {
                             return std::string(is_v4(std::get<0>(row.param)) ? "v4_" : "v6_") +
                                    stories[std::get<1>(row.param)].name;
                         });

void put(wire::PacketBuilder& b, const Step& step) {
    b.sctp({.source = 4000, .destination = 36412, .tag = step.tag});
    for (const Chunk& one : step.chunks) {
        std::vector<std::uint8_t> body(one.type == chunk::init || one.type == chunk::init_ack ? 16 : 4);
        if (body.size() == 16) store_be32(body.data(), one.tag);
        b.chunk({.type = one.type, .flags = one.flags, .body = body});
    }
}

TEST_P(Sctp, Goes) {
    const auto& [family, place] = GetParam();
    SctpState state;
    const TimeoutPolicy policy;
    bool opens = true;
    for (std::size_t i = 0; i < stories[place].steps.size(); ++i) {
        SCOPED_TRACE(i);
        const Step& step = stories[place].steps[i];
        Parsed made(family, step.up ? Direction::original : Direction::reply,
                    [&](wire::PacketBuilder& b) { put(b, step); });
        ASSERT_EQ(sctp::unfit(made.packet, true).reason, Reason::none);
        SctpState next = state;
        const Judgement judgement =
            sctp::update(next, {.packet = made.packet,
                                .direction = step.up ? Direction::original : Direction::reply,
                                .opens = opens,
                                .timeouts = policy});
        ASSERT_EQ(judgement.verdict, step.verdict);
        // A packet that opened nothing leaves nothing; else what an invalid one altered stays.
        if (!opens || judgement.verdict == accept) state = next;
        EXPECT_EQ(state.phase, step.phase);
        if (judgement.verdict == accept) {
            opens = false;
            EXPECT_EQ(judgement.set_status, step.assured ? status::assured : 0u);
            EXPECT_EQ(judgement.refresh, step.refreshes);
            if (step.refreshes) {
                EXPECT_EQ(judgement.lifetime, policy[sctp::timeout_of(step.phase)]);
            }
        } else {
            EXPECT_FALSE(judgement.refresh);
            EXPECT_NE(judgement.finding.reason, Reason::none);
        }
    }
}

TEST(SctpPhases, HaveLinuxsTimes) {
    struct Row {
        SctpPhase phase;
        const char* name;
        int seconds;
    };
    const TimeoutPolicy policy;
    for (const auto& [phase, name, seconds] :
         {Row{none, "NONE", 10}, Row{closed, "CLOSED", 10}, Row{cookie_wait, "COOKIE_WAIT", 3},
          Row{cookie_echoed, "COOKIE_ECHOED", 3}, Row{established, "ESTABLISHED", 210},
          Row{shutdown_sent, "SHUTDOWN_SENT", 3}, Row{shutdown_received, "SHUTDOWN_RECD", 3},
          Row{shutdown_ack_sent, "SHUTDOWN_ACK_SENT", 3}, Row{heartbeat_sent, "HEARTBEAT_SENT", 30}}) {
        EXPECT_EQ(policy[sctp::timeout_of(phase)], seconds * second) << name;
        EXPECT_EQ(sctp::name(phase), name);
    }
}

TEST(SctpPhases, OtherChunksChangeNothing) {
    for (int type = 0; type < 256; ++type) {
        const auto t = static_cast<std::uint8_t>(type);
        constexpr std::uint8_t that_move[] = {1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 14};
        if (std::ranges::find(that_move, t) != std::end(that_move)) continue;
        for (std::uint8_t phase = 0; phase < static_cast<std::uint8_t>(SctpPhase::count); ++phase) {
            for (const Direction d : {Direction::original, Direction::reply})
                EXPECT_EQ(sctp::after(static_cast<SctpPhase>(phase), t, d), static_cast<SctpPhase>(phase));
        }
    }
}

TEST(SctpUnfit, CutShortOrWithAWrongChecksum) {
    for (const Family family : {Family::ipv4, Family::ipv6}) {
        Parsed wrong(family, Direction::original, [](auto& b) {
            b.sctp({.source = 1, .destination = 2, .checksum = 7}).chunk({.type = 3});
        });
        EXPECT_EQ(sctp::unfit(wrong.packet, true).reason, Reason::l4_bad_checksum);
        EXPECT_EQ(sctp::unfit(wrong.packet, false).reason, Reason::none);
        Parsed cut(family, Direction::original, [](auto& b) { b.unknown(132).payload("12345678901"); });
        EXPECT_EQ(sctp::unfit(cut.packet, false).reason, Reason::l4_truncated);
    }
}

}  // namespace
}  // namespace gatehouse::track

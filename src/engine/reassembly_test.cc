// Fragments on their way through the engine: for this host, and where tracking wants datagrams whole.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "defrag/testing.h"
#include "engine/testing.h"
#include "packet/reason.h"

namespace gatehouse {
namespace {

using defrag::testing::byte_at;
using defrag::testing::Cutting;
using defrag::testing::frame_of;
using testing::Bench;

// Takes every datagram, and keeps a copy.
struct Programs final : World {
    Answer local_socket(const Packet& packet) override {
        return packet.flat.protocol == wire::protocol::udp ? Answer::yes : Answer::no;
    }
    bool queue_has_reader(std::uint16_t) override { return true; }
};

class Fragments : public ::testing::TestWithParam<Family> {
  protected:
    Family family() const { return GetParam(); }
    bool v4() const { return is_v4(GetParam()); }
    const char* own() const { return v4() ? "10.0.1.1" : "fd00:1::1"; }
    std::size_t header() const { return v4() ? 20 : 40; }
    std::vector<std::uint8_t> frame(const Cutting& cut) const { return frame_of(family(), cut); }
    // To this host.
    std::vector<std::uint8_t> local(Cutting cut) const {
        cut.to = own();
        return frame(cut);
    }
    static void expect_all_back(const Bench& bench) { EXPECT_EQ(bench.pool.available(), bench.pool.size()); }
    static std::uint64_t count(const Bench& bench, Reason reason) {
        return bench.engine.statistics().reasons[static_cast<std::size_t>(reason)];
    }

    EmptyWorld nobody;
    Programs programs;
};
INSTANTIATE_TEST_SUITE_P(Families, Fragments, ::testing::Values(Family::ipv4, Family::ipv6),
                         [](const auto& row) { return is_v4(row.param) ? "v4" : "v6"; });

TEST_P(Fragments, ForThisHostAreDeliveredWhole) {
    struct Keeper final : Outlet {
        void complete(Packet& packet, const Completion& completion) override {
            ended.emplace_back(completion);
            if (completion.whole != nullptr)
                whole.assign(completion.whole->l3(),
                             completion.whole->l3() + completion.whole->flat.l3_length);
            pool.give_back(&packet);
        }
        void transmit(const Packet&, InterfaceId) override { ADD_FAILURE() << "nothing is to leave"; }
        void discard(const Packet&, const Completion&) override {}
        Pool pool{static_cast<PoolId>(1), 4};
        std::vector<Ended> ended;
        std::vector<std::uint8_t> whole;
    } keeper;
    Engine engine({.router = testing::two_legs()}, programs, keeper);
    for (const Cutting& cut :
         {Cutting{.offset = 48, .end = 64, .more = false}, Cutting{.offset = 24, .end = 48},
          Cutting{.offset = 0, .end = 24, .whole = 64}}) {
        Packet* packet = keeper.pool.take();
        const auto bytes = local(cut);
        std::ranges::copy(bytes, packet->data);
        packet->length = static_cast<std::uint32_t>(bytes.size());
        packet->in = *engine.router().interfaces().find("lan");
        engine.receive({&packet, 1});
    }
    ASSERT_EQ(keeper.ended.size(), 3u);
    EXPECT_EQ(keeper.ended[0].finding.reason, Reason::fragment_absorbed);
    EXPECT_EQ(keeper.ended[1].disposition, Disposition::consumed);
    EXPECT_EQ(keeper.ended[2].disposition, Disposition::delivered);
    ASSERT_EQ(keeper.whole.size(), header() + 64);
    for (std::uint32_t at = 8; at < 64; ++at) EXPECT_EQ(keeper.whole[header() + at], byte_at(at));
}

TEST_P(Fragments, ToOthersPassUntouchedWithoutTracking) {
    Bench bench(nobody);
    bench.receive(frame({.offset = 24, .end = 48, .more = false}));
    bench.receive(frame({.offset = 0, .end = 24}));
    ASSERT_EQ(bench.recorder.left.size(), 2u);
    EXPECT_FALSE(bench.recorder.left[0].ours);
    EXPECT_EQ(bench.recorder.left[0].bytes.size(), frame({.offset = 24, .end = 48}).size());
    expect_all_back(bench);
}

TEST_P(Fragments, AreWholeBetweenTheHooksAndLeaveAsTheyCame) {
    Bench bench(nobody);
    bench.engine.defragment(family(), true);
    // In disorder, of sizes that nobody would cut.
    const Cutting cuts[] = {
        {.offset = 120, .end = 300, .more = false}, {.offset = 48, .end = 120}, {.offset = 0, .end = 48}};
    for (const Cutting& cut : cuts) bench.receive(frame(cut));
    ASSERT_EQ(bench.recorder.left.size(), 3u);
    const std::uint32_t ends[] = {0, 48, 120, 300};
    for (std::size_t i = 0; i < 3; ++i) {
        const auto& left = bench.recorder.left[i].bytes;
        const auto sent = frame({.offset = ends[i], .end = ends[i + 1], .more = i < 2});
        ASSERT_EQ(left.size(), sent.size());
        const std::size_t data = sent.size() - (ends[i + 1] - ends[i]);
        EXPECT_TRUE(std::equal(sent.begin() + static_cast<std::ptrdiff_t>(data), sent.end(),
                               left.begin() + static_cast<std::ptrdiff_t>(data)));
        if (v4()) {
            EXPECT_EQ(load_be16(&left[20]), load_be16(&sent[20]));
        } else {
            EXPECT_EQ(load_be16(&left[56]), load_be16(&sent[56]));
            EXPECT_EQ(load_be32(&left[58]), load_be32(&bench.recorder.left[0].bytes[58])) << "one id for all";
        }
    }
    ASSERT_EQ(bench.recorder.ended.size(), 3u);
    EXPECT_EQ(bench.recorder.ended[0].finding.reason, Reason::fragment_absorbed);
    EXPECT_EQ(bench.recorder.ended[2].disposition, Disposition::replaced);
    EXPECT_FALSE(bench.recorder.ended[2].finding);
    expect_all_back(bench);
}

// One rule without conditions in one chain.
rules::Draft one_rule(Family family, const char* table, const char* chain, rules::TargetKind kind) {
    rules::Draft draft{.family = family, .tables = {rules::empty_table(*rules::find_table(table))}};
    for (auto& one : draft.tables[0].chains) {
        if (one.name != chain) continue;
        rules::RuleDraft rule{.selectors = {.family = family}};
        rule.target.kind = kind;
        one.rules.push_back(std::move(rule));
    }
    return draft;
}

// The raw table stands behind the row.
TEST_P(Fragments, MeetRawAsOnePacket) {
    Bench bench(nobody);
    bench.install(one_rule(family(), "raw", "PREROUTING", rules::TargetKind::drop));
    bench.engine.defragment(family(), true);
    bench.receive(frame({.offset = 0, .end = 24}));
    EXPECT_TRUE(bench.recorder.ended.empty());
    bench.receive(frame({.offset = 24, .end = 48, .more = false}));
    ASSERT_EQ(bench.recorder.ended.size(), 2u);
    EXPECT_EQ(bench.recorder.ended[1].finding.reason, Reason::rule_drop);
    EXPECT_EQ(bench.recorder.ended[1].decision.table, "raw");
    EXPECT_EQ(count(bench, Reason::rule_drop), 1u);
    bench.engine.defragment(family(), false);
    bench.receive(frame({.offset = 0, .end = 24}));
    ASSERT_EQ(bench.recorder.ended.size(), 3u) << "each meets it by itself again";
    expect_all_back(bench);
}

TEST_P(Fragments, CanWaitAsOnePacket) {
    Bench bench(programs);
    bench.install(one_rule(family(), "mangle", "FORWARD", rules::TargetKind::queue));
    bench.engine.defragment(family(), true);
    bench.receive(frame({.offset = 0, .end = 24}));
    bench.receive(frame({.offset = 24, .end = 48, .more = false}));
    ASSERT_EQ(bench.recorder.held.size(), 1u);
    bench.engine.resume(bench.recorder.held[0], {});
    EXPECT_EQ(bench.recorder.left.size(), 2u);
    expect_all_back(bench);
}

TEST_P(Fragments, OfOursGoThroughOutputWhole) {
    Bench bench(nobody);
    bench.install(one_rule(family(), "raw", "OUTPUT", rules::TargetKind::drop));
    bench.engine.defragment(family(), true);
    for (const Cutting& cut :
         {Cutting{.offset = 0, .end = 24}, Cutting{.offset = 24, .end = 48, .more = false}}) {
        Packet* packet = bench.packet(frame(cut));
        packet->data += 14;
        packet->length -= 14;
        bench.engine.send({&packet, 1});
    }
    ASSERT_EQ(bench.recorder.ended.size(), 2u);
    EXPECT_EQ(count(bench, Reason::rule_drop), 1u);
    expect_all_back(bench);
}

TEST_P(Fragments, LargerThanTheLinkBehindAreAnsweredOrCut) {
    for (const bool keep : {false, true}) {
        Bench bench(nobody);
        bench.engine.defragment(family(), true);
        bench.receive(frame({.offset = 0, .end = 1600, .dont_fragment = keep}));
        bench.receive(frame({.offset = 1600, .end = 1700, .more = false, .dont_fragment = keep}));
        const auto& end = bench.recorder.ended.at(1);
        if (v4() && !keep) {
            EXPECT_EQ(end.disposition, Disposition::replaced);
            ASSERT_EQ(bench.recorder.left.size(), 2u);
            EXPECT_EQ(bench.recorder.left[0].bytes.size(), 14u + 1500);
        } else {
            EXPECT_EQ(end.finding.reason, Reason::packet_too_big);
            ASSERT_EQ(bench.recorder.left.size(), 1u);
            EXPECT_EQ(bench.recorder.left[0].bytes[14 + header()], v4() ? 3 : 2);
        }
        expect_all_back(bench);
    }
}

TEST_P(Fragments, ThatStayAloneAreDroppedInTime) {
    const Nanoseconds patience = (v4() ? 30 : 60) * second;
    Bench bench(nobody);
    bench.receive(local({.offset = 0, .end = 24}), 100 * second);
    bench.engine.advance({100 * second + patience - 1});
    EXPECT_TRUE(bench.recorder.ended.empty());
    bench.engine.advance({100 * second + patience});
    ASSERT_EQ(bench.recorder.ended.size(), 1u);
    EXPECT_EQ(bench.recorder.ended[0].disposition, Disposition::dropped);
    EXPECT_EQ(bench.recorder.ended[0].finding.reason, Reason::fragment_timeout);
    EXPECT_EQ(bench.recorder.ended[0].finding.numbers[0], patience / millisecond);
    ASSERT_EQ(bench.recorder.left.size(), 1u) << "its sender is told";
    const std::uint8_t* const icmp = &bench.recorder.left[0].bytes[14 + header()];
    EXPECT_EQ(icmp[0], v4() ? 11 : 3);
    EXPECT_EQ(icmp[1], 1);
    // A packet brings the time along, too.
    bench.receive(local({.offset = 24, .end = 48}), 300 * second);
    bench.receive(frame({.offset = 0, .end = 48, .more = false}), 400 * second);
    EXPECT_EQ(bench.recorder.ended[1].finding.reason, Reason::fragment_timeout);
    EXPECT_EQ(bench.recorder.left.size(), 2u) << "no word about a datagram whose first fragment never came";
    expect_all_back(bench);
}

TEST_P(Fragments, InAFloodStayWithinTheirLimits) {
    Bench bench(nobody, {.router = testing::two_legs(),
                         .fragments = {.fragments = 300, .datagrams = 200, .wholes = 2}});
    bench.engine.defragment(family(), true);
    Random random(5);
    for (std::uint32_t i = 0; i < 100'000; ++i) {
        const Cutting cut{
            .offset = 8 * random.below(200), .end = 0, .more = i % 7 != 0, .id = random.below(60'000)};
        Cutting sized = cut;
        sized.end = cut.offset + 24;
        bench.receive(i % 2 == 0 ? local(sized) : frame(sized), i * millisecond);
        ASSERT_GE(bench.pool.available() + 900, bench.pool.size());
    }
    EXPECT_GT(count(bench, Reason::fragment_limit), 50'000u);
    EXPECT_GT(count(bench, Reason::fragment_timeout), 200u);
    EXPECT_EQ(bench.recorder.ended.size() + (bench.pool.size() - bench.pool.available()), 100'000u);
    bench.engine.discard_fragments();
    EXPECT_EQ(bench.recorder.ended.size(), 100'000u);
    expect_all_back(bench);
}

TEST_P(Fragments, AreNotPutTogetherByAHookAlone) {
    Bench bench(nobody);
    bench.engine.defragment(family(), true);
    Packet* packet = bench.packet(frame({.offset = 0, .end = 24}));
    ASSERT_FALSE(parse_frame(*packet).finding);
    Finding finding;
    Decision decision;
    EXPECT_EQ(bench.engine.hook(Hook::prerouting, *packet, packet->in, InterfaceId::none, finding, decision),
              Verdict::proceed);
    bench.pool.give_back(packet);
}

TEST(Ipv6Fragments, ThatAreMalformedAreAnswered) {
    EmptyWorld nobody;
    Bench bench(nobody);
    bench.receive(frame_of(Family::ipv6, {.offset = 24, .end = 45, .to = "fd00:1::1"}));
    ASSERT_EQ(bench.recorder.left.size(), 1u);
    const auto& answer = bench.recorder.left[0].bytes;
    EXPECT_EQ(answer[54], 4);
    EXPECT_EQ(answer[55], 0);
    EXPECT_EQ(load_be32(&answer[58]), 4u) << "points at the payload length";
    EXPECT_EQ(bench.recorder.ended.at(0).finding.reason, Reason::fragment_unaligned);
}

}  // namespace
}  // namespace gatehouse

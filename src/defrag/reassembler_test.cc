#include "defrag/reassembler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>

#include "base/random.h"
#include "defrag/testing.h"
#include "packet/reason.h"

namespace gatehouse::defrag {
namespace {

using testing::byte_at;
using testing::Cutting;
using testing::frame_of;
using testing::Held;
using What = Taken::What;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Remembers what became of each fragment.
struct Ends final : Releaser {
    void absorbed(Packet& fragment, InterfaceId, const Whole&) override { ++ended[&fragment]; }
    void dropped(Packet& fragment, InterfaceId, Group, const Finding& why) override {
        ++ended[&fragment];
        reasons.push_back(why.reason);
    }
    void expired(Packet& first, InterfaceId, Group) override { told.push_back(&first); }

    std::map<const Packet*, int> ended;
    std::vector<Reason> reasons;
    std::vector<const Packet*> told;
};

struct Bench {
    explicit Bench(Manner m, const Limits& limits = {}) : manner(m), reassembler(m, limits, 1, wholes) {}
    ~Bench() {
        reassembler.discard({.reason = Reason::suspended_discarded}, ends);
        EXPECT_EQ(reassembler.fragments(), 0u);
        EXPECT_EQ(reassembler.memory(), 0u);
        for (const auto& [packet, times] : ends.ended) EXPECT_EQ(times, 1) << "each fragment ends once";
    }
    Taken take(const Cutting& cut, Time now = {}, Group group = {}) {
        held.push_back(std::make_unique<Held>(frame_of(family(), cut)));
        Packet& packet = held.back()->packet;
        packet.traced = traced;
        const auto piece = read_piece(packet, group, packet.in);
        EXPECT_TRUE(piece);
        const Taken taken = reassembler.take(packet, *piece, packet.in, now, ends);
        if (taken.what == What::whole) {
            whole.assign(taken.whole->packet.data, taken.whole->packet.data + taken.whole->packet.length);
            flat = taken.whole->packet.flat;
            largest = taken.whole->largest;
            whole_traced = taken.whole->packet.traced;
            EXPECT_EQ(taken.whole->last, &packet);
            wholes.give_back(*taken.whole);
        }
        return taken;
    }
    Family family() const { return manner == Manner::ipv4 ? Family::ipv4 : Family::ipv6; }

    Manner manner;
    WholePool wholes{2};
    Reassembler reassembler;
    Ends ends;
    std::vector<std::unique_ptr<Held>> held;
    bool traced = false;
    std::vector<std::uint8_t> whole;
    Flat flat{};
    std::uint16_t largest = 0;
    bool whole_traced = false;
};

struct Step {
    Cutting cut;
    What what;
    Reason reason = Reason::none;
};
struct Case {
    const char* name;
    std::vector<Step> steps;
    std::vector<Reason> earlier = {};  // why the fragments that waited were dropped
    std::uint32_t length = 64;         // of the datagram
};

constexpr Cutting piece(std::uint32_t offset, std::uint32_t end, bool more = true) {
    return {.offset = offset, .end = end, .more = more, .whole = 64};
}

// Of every family and place.
const Case common[] = {
    {"in_order",
     {{piece(0, 24), What::waits}, {piece(24, 48), What::waits}, {piece(48, 64, false), What::whole}}},
    {"reversed",
     {{piece(48, 64, false), What::waits}, {piece(24, 48), What::waits}, {piece(0, 24), What::whole}}},
    {"middle_last",
     {{piece(0, 24), What::waits}, {piece(48, 64, false), What::waits}, {piece(24, 48), What::whole}}},
    {"the_same_again",
     {{piece(0, 24), What::waits},
      {piece(0, 24), What::dropped, Reason::fragment_duplicate},
      {piece(24, 64, false), What::whole}}},
    {"inside_what_is_there",
     {{piece(0, 40), What::waits},
      {piece(8, 24), What::dropped, Reason::fragment_duplicate},
      {piece(40, 64, false), What::whole}}},
    {"inside_a_run_of_two",
     {{piece(0, 24), What::waits},
      {piece(24, 48), What::waits},
      {piece(8, 40), What::dropped, Reason::fragment_duplicate},
      {piece(48, 64, false), What::whole}}},
    // Linux sees one run only where fragments followed each other.
    {"all_there_but_in_two_runs",
     {{piece(24, 48), What::waits},
      {piece(0, 24), What::waits},
      {piece(8, 40), What::dropped, Reason::fragment_overlap}},
     {Reason::fragment_overlap, Reason::fragment_overlap}},
    {"overlaps_at_its_start",
     {{piece(0, 24), What::waits}, {piece(16, 40), What::dropped, Reason::fragment_overlap}},
     {Reason::fragment_overlap}},
    {"overlaps_at_its_end",
     {{piece(24, 48), What::waits}, {piece(8, 32), What::dropped, Reason::fragment_overlap}},
     {Reason::fragment_overlap}},
    {"covers_what_is_there",
     {{piece(8, 16), What::waits}, {piece(0, 40), What::dropped, Reason::fragment_overlap}},
     {Reason::fragment_overlap}},
    {"begins_anew_after_an_overlap",
     {{piece(0, 24), What::waits},
      {piece(16, 40), What::dropped, Reason::fragment_overlap},
      {piece(0, 24), What::waits},
      {piece(24, 64, false), What::whole}},
     {Reason::fragment_overlap}},
};
// Where a fragment that contradicts another kills the datagram.
const Case strict[] = {
    {"two_ends",
     {{piece(24, 48, false), What::waits},
      {piece(48, 64, false), What::dropped, Reason::fragment_conflicting_end}},
     {Reason::fragment_conflicting_end}},
    {"ends_before_what_is_there",
     {{piece(24, 48), What::waits}, {piece(8, 24, false), What::dropped, Reason::fragment_conflicting_end}},
     {Reason::fragment_conflicting_end}},
    {"more_past_the_end",
     {{piece(24, 48, false), What::waits}, {piece(48, 64), What::dropped, Reason::fragment_conflicting_end}},
     {Reason::fragment_conflicting_end}},
    {"empty",
     {{piece(0, 24), What::waits}, {piece(24, 24), What::dropped, Reason::fragment_empty}},
     {Reason::fragment_empty}},
};
const Case v4_only[] = {
    {"rounded_down", {{piece(0, 29), What::waits}, {piece(24, 64, false), What::whole}}},
    {"past_the_longest",
     {{piece(0, 24), What::waits}, {piece(65'528, 65'600), What::dropped, Reason::fragment_beyond_end}},
     {Reason::fragment_beyond_end}},
    {"too_long_with_its_header",
     {{piece(1400, 65'535, false), What::waits}, {piece(0, 1400), What::dropped, Reason::datagram_too_long}},
     {Reason::datagram_too_long}},
};
const Case v6_local_only[] = {
    {"unaligned",
     {{piece(0, 24), What::waits},
      {piece(24, 45), What::answered, Reason::fragment_unaligned},
      {piece(24, 64, false), What::whole}}},
    {"past_the_longest",
     {{piece(0, 24), What::waits},
      {piece(65'528, 65'600, false), What::answered, Reason::fragment_beyond_end}}},
    {"headers_cut", {{piece(0, 0), What::answered, Reason::fragment_headers_cut}}},
};
const Case v6_tracking_only[] = {
    {"unaligned",
     {{piece(0, 24), What::waits}, {piece(24, 45), What::passed, Reason::fragment_unaligned}},
     {Reason::fragment_unaligned}},
    {"two_ends",
     {{piece(24, 48, false), What::waits},
      {piece(48, 64, false), What::dropped, Reason::fragment_conflicting_end},
      {piece(0, 24), What::whole}},
     {},
     48},
    {"past_the_longest",
     {{piece(0, 24), What::waits},
      {piece(65'528, 65'600, false), What::dropped, Reason::fragment_beyond_end}}},
    {"headers_cut", {{piece(0, 0), What::passed, Reason::fragment_headers_cut}}},
    {"atomic", {{piece(0, 64, false), What::whole}}},
};

struct Row {
    Manner manner;
    const Case* test;
};

std::vector<Row> rows() {
    std::vector<Row> all;
    const auto add = [&](std::span<const Case> cases, std::initializer_list<Manner> manners) {
        for (const Manner manner : manners) {
            for (const Case& one : cases) all.push_back({manner, &one});
        }
    };
    add(common, {Manner::ipv4, Manner::ipv6_local, Manner::ipv6_tracking});
    add(strict, {Manner::ipv4, Manner::ipv6_local});
    add(v4_only, {Manner::ipv4});
    add(v6_local_only, {Manner::ipv6_local});
    add(v6_tracking_only, {Manner::ipv6_tracking});
    return all;
}

std::string place(Manner manner) {
    const char* const names[] = {"v4", "v6_local", "v6_tracking"};
    return names[static_cast<int>(manner)];
}

class Sequence : public ::testing::TestWithParam<Row> {};
INSTANTIATE_TEST_SUITE_P(Fragments, Sequence, ::testing::ValuesIn(rows()), [](const auto& row) {
    return place(row.param.manner) + "_" + row.param.test->name;
});

TEST_P(Sequence, IsPutTogetherOrGivenUp) {
    Bench bench(GetParam().manner);
    for (std::size_t i = 0; i < GetParam().test->steps.size(); ++i) {
        const Step& step = GetParam().test->steps[i];
        const Taken taken = bench.take(step.cut);
        EXPECT_EQ(taken.what, step.what) << "fragment " << i;
        EXPECT_EQ(name(taken.finding.reason), name(step.reason)) << "fragment " << i;
        if (taken.what != What::whole) continue;
        const std::size_t header = is_v4(bench.family()) ? 20 : 40;
        const std::uint32_t length = GetParam().test->length;
        ASSERT_EQ(bench.whole.size(), 14 + header + length);
        EXPECT_EQ(bench.flat.dport, 53);
        EXPECT_FALSE(bench.flat.fragmented);
        for (std::uint32_t at = 8; at < length; ++at)
            EXPECT_EQ(bench.whole[14 + header + at], byte_at(at)) << at;
    }
    EXPECT_EQ(bench.ends.reasons, GetParam().test->earlier);
}

class Places : public ::testing::TestWithParam<Manner> {};
INSTANTIATE_TEST_SUITE_P(All, Places,
                         ::testing::Values(Manner::ipv4, Manner::ipv6_local, Manner::ipv6_tracking),
                         [](const auto& row) { return place(row.param); });

TEST_P(Places, GiveUpAfterTheirTimeAndTellWhoSentTheFirst) {
    Bench bench(GetParam(), {.timeout = 5 * second});
    bench.take({.offset = 0, .end = 24, .id = 1}, {1 * second});
    bench.take({.offset = 24, .end = 48, .id = 1}, {4 * second});
    bench.take({.offset = 24, .end = 48, .id = 2}, {2 * second});
    EXPECT_EQ(bench.reassembler.next_expiry(), Time{6 * second});
    bench.reassembler.expire({6 * second - 1}, bench.ends);
    EXPECT_THAT(bench.ends.reasons, IsEmpty());
    bench.reassembler.expire({6 * second}, bench.ends);
    EXPECT_THAT(bench.ends.told, ElementsAre(&bench.held[0]->packet));
    EXPECT_THAT(bench.ends.reasons, ElementsAre(Reason::fragment_timeout, Reason::fragment_timeout));
    bench.reassembler.expire({7 * second}, bench.ends);
    EXPECT_EQ(bench.ends.told.size(), 1u) << "the first fragment of the other never came";
    EXPECT_EQ(bench.ends.reasons.size(), 3u);
}

TEST_P(Places, TellDatagramsApart) {
    const bool v4 = GetParam() == Manner::ipv4;
    Bench bench(GetParam());
    bench.take({.offset = 0, .end = 24});
    const Cutting rest{.offset = 24, .end = 48, .more = false};
    Cutting other = rest;
    other.id = 8;
    EXPECT_EQ(bench.take(other).what, What::waits);
    other = rest;
    other.from = v4 ? "10.0.1.3" : "fd00:1::3";
    EXPECT_EQ(bench.take(other).what, What::waits);
    other = rest;
    other.to = v4 ? "198.51.100.8" : "2001:db8::8";
    EXPECT_EQ(bench.take(other).what, What::waits);
    EXPECT_EQ(bench.take(rest, {}, {.purpose = Purpose::tracking_in}).what, What::waits);
    EXPECT_EQ(bench.take(rest, {}, {.zone = 9}).what, What::waits);
    EXPECT_EQ(bench.take(rest).what, What::whole);
}

TEST_P(Places, AreTracedIfAnyFragmentWas) {
    Bench bench(GetParam());
    bench.take({.offset = 0, .end = 24});
    bench.traced = true;
    bench.take({.offset = 24, .end = 48});
    bench.traced = false;
    bench.take({.offset = 48, .end = 64, .more = false});
    EXPECT_TRUE(bench.whole_traced);
}

struct Ecn {
    std::uint8_t first, second;
    int whole;  // -1: dropped
};

TEST_P(Places, CombineEcn) {
    // RFC 3168's codepoints: 0 not capable, 1 and 2 capable, 3 congestion experienced.
    const Ecn table[] = {{0, 0, 0}, {1, 1, 1}, {2, 2, 2},  {3, 3, 3},  {1, 2, 1},  {2, 1, 2},  {2, 3, 3},
                         {3, 2, 3}, {1, 3, 3}, {0, 3, -1}, {3, 0, -1}, {0, 1, -1}, {0, 2, -1}, {2, 0, -1}};
    for (const Ecn& row : table) {
        Bench bench(GetParam());
        bench.take({.offset = 0, .end = 24, .tos = static_cast<std::uint8_t>(0xb8 | row.first)});
        const Taken taken = bench.take(
            {.offset = 24, .end = 48, .more = false, .tos = static_cast<std::uint8_t>(0x10 | row.second)});
        SCOPED_TRACE(::testing::Message() << +row.first << " and " << +row.second);
        if (row.whole < 0) {
            EXPECT_EQ(taken.finding.reason, Reason::fragment_mixed_ecn);
            EXPECT_THAT(bench.ends.reasons, ElementsAre(Reason::fragment_mixed_ecn));
        } else {
            EXPECT_EQ(taken.what, What::whole);
            EXPECT_EQ(bench.flat.tos, 0xb8 | row.whole);
        }
    }
}

TEST_P(Places, StayWithinEveryLimitInAFlood) {
    const Limits limits{.timeout = 30 * second, .memory = 200'000, .fragments = 150, .datagrams = 100};
    Bench bench(GetParam(), limits);
    Random random(7);
    std::map<Reason, int> reasons;
    for (std::uint32_t i = 0; i < 20'000; ++i) {
        const bool of_many = i % 3 != 0;
        const std::uint32_t offset = 8 * random.below(64);
        const Taken taken = bench.take({.offset = offset,
                                        .end = offset + 8 + 8 * random.below(of_many ? 4 : 160),
                                        .id = of_many ? i : 0},
                                       {Nanoseconds{i} * millisecond});
        ++reasons[taken.finding.reason];
        bench.reassembler.expire({Nanoseconds{i} * millisecond}, bench.ends);
        ASSERT_LE(bench.reassembler.fragments(), limits.fragments);
        ASSERT_LE(bench.reassembler.datagrams(), limits.datagrams);
        ASSERT_LE(bench.reassembler.memory(), limits.memory + 65'535 + 1024);
    }
    EXPECT_GT(reasons[Reason::fragment_limit], 1000);
    EXPECT_GT(reasons[Reason::none], 100);
}

TEST_P(Places, RefuseWhenTheirMemoryIsFull) {
    Bench bench(GetParam(), {.memory = 10'000});
    int waiting = 0;
    for (std::uint32_t id = 0; id < 20; ++id) {
        const Taken taken = bench.take({.offset = 0, .end = 1400, .id = id});
        if (taken.what == What::waits)
            ++waiting;
        else
            EXPECT_EQ(taken.finding.reason, Reason::fragment_memory);
    }
    EXPECT_EQ(waiting, 5);
    Bench none(GetParam(), {.memory = 0});
    EXPECT_EQ(none.take({.offset = 0, .end = 24}).finding.reason, Reason::fragment_memory);
}

TEST(Distance, BeginsAnewWhenTooMuchHasComeSince) {
    for (const std::uint32_t max : {0u, 4u}) {
        Bench bench(Manner::ipv4, {.max_distance = max});
        bench.take({.offset = 0, .end = 24, .id = 1});
        for (std::uint32_t id = 100; id < 104; ++id) bench.take({.offset = 0, .end = 24, .id = id});
        bench.take({.offset = 0, .end = 24, .id = 200, .from = "10.0.1.9"});
        const Taken taken = bench.take({.offset = 24, .end = 48, .more = false, .id = 1});
        if (max == 0) {
            EXPECT_EQ(taken.what, What::whole);
        } else {
            EXPECT_EQ(taken.what, What::waits);
            EXPECT_THAT(bench.ends.reasons, ElementsAre(Reason::fragment_too_far));
        }
    }
}

TEST(Assemble, TakesOptionsAndSizesAsLinuxDoes) {
    Bench bench(Manner::ipv4);
    bench.take({.offset = 24, .end = 64, .more = false, .options = {1, 1, 1, 1}});
    bench.take({.offset = 0, .end = 24, .dont_fragment = true, .options = {148, 4, 0, 0}});
    ASSERT_EQ(bench.whole.size(), 14u + 24 + 64);
    EXPECT_EQ(bench.whole[14 + 20], 148) << "the first fragment's options";
    EXPECT_EQ(bench.largest, 24 + 40);
    EXPECT_EQ(load_be16(&bench.whole[20]), 0) << "the largest fragment could be cut";
    EXPECT_EQ(checksum::fold(checksum::add({&bench.whole[14], 24})), 0xffff);
    bench.take({.offset = 0, .end = 40, .dont_fragment = true});
    bench.take({.offset = 40, .end = 64, .more = false});
    EXPECT_EQ(load_be16(&bench.whole[20]), 0x4000) << "the largest could not";
}

TEST(Assemble, TakesOutTheFragmentHeader) {
    Bench bench(Manner::ipv6_local);
    const std::vector<std::uint8_t> options{wire::protocol::fragment, 0, 1, 4, 0, 0, 0, 0};
    bench.take({.offset = 24, .end = 64, .more = false, .options = options});
    bench.take({.offset = 0, .end = 24, .options = options});
    ASSERT_EQ(bench.whole.size(), 14u + 40 + 8 + 64);
    EXPECT_EQ(bench.whole[14 + 6], wire::protocol::destination_options);
    EXPECT_EQ(bench.whole[14 + 40], wire::protocol::udp);
    EXPECT_EQ(load_be16(&bench.whole[14 + 4]), 8 + 64);
    EXPECT_EQ(bench.flat.dport, 53);
    EXPECT_EQ(bench.largest, 40 + 8 + 8 + 40);
}

TEST(Assemble, SaysWhenNoBufferIsLeft) {
    WholePool none(0);
    Reassembler reassembler(Manner::ipv4, {}, 1, none);
    Ends ends;
    Held first(frame_of(Family::ipv4, {.offset = 0, .end = 24}));
    Held last(frame_of(Family::ipv4, {.offset = 24, .end = 48, .more = false}));
    reassembler.take(first.packet, *read_piece(first.packet, {}, first.packet.in), first.packet.in, {}, ends);
    const Taken taken =
        reassembler.take(last.packet, *read_piece(last.packet, {}, last.packet.in), last.packet.in, {}, ends);
    EXPECT_EQ(taken.finding.reason, Reason::no_buffer);
    EXPECT_THAT(ends.reasons, ElementsAre(Reason::no_buffer));
}

TEST(Piece, KeepsLinksApartWhereAddressesMeanTheLink) {
    for (const auto& [to, link] : {std::pair{"fe80::1", true}, {"ff02::1", true}, {"2001:db8::1", false}}) {
        Held held(frame_of(Family::ipv6, {.offset = 0, .end = 24, .to = to}));
        const auto piece = read_piece(held.packet, {}, static_cast<InterfaceId>(3));
        ASSERT_TRUE(piece);
        EXPECT_EQ(piece->key.interface == static_cast<InterfaceId>(3), link) << to;
    }
}

// Whatever order the fragments of a datagram come in, with any of them twice, it is the same in the end.
TEST_P(Places, PutAnyOrderTogether) {
    Random random(3);
    for (int round = 0; round < 200; ++round) {
        Bench bench(GetParam());
        std::vector<Cutting> cuts;
        const std::uint32_t total = 2000 + random.below(9000);
        for (std::uint32_t at = 0; at < total;) {
            const std::uint32_t end = std::min(total, at + 24 + 8 * random.below(180));
            cuts.push_back({.offset = at, .end = end, .more = end < total, .whole = total});
            at = end;
        }
        for (std::size_t i = cuts.size(); i > 1; --i)
            std::swap(cuts[i - 1], cuts[random.below(static_cast<std::uint32_t>(i))]);
        for (std::size_t i = 0; i < cuts.size(); ++i) {
            if (i > 0) {
                EXPECT_EQ(bench.take(cuts[random.below(static_cast<std::uint32_t>(i))]).finding.reason,
                          Reason::fragment_duplicate);
            }
            EXPECT_EQ(bench.take(cuts[i]).what, i + 1 < cuts.size() ? What::waits : What::whole);
        }
        const std::size_t header = 14 + (is_v4(bench.family()) ? 20 : 40);
        ASSERT_EQ(bench.whole.size(), header + total);
        for (std::uint32_t at = 8; at < total; ++at) ASSERT_EQ(bench.whole[header + at], byte_at(at));
    }
}

}  // namespace
}  // namespace gatehouse::defrag

#include <gtest/gtest.h>

#include "engine/testing.h"
#include "packet/reason.h"
#include "rules/change.h"

namespace gatehouse {
namespace {

using testing::Bench;
using testing::udp_frame;

struct Case {
    const char* name;
    Family family;
    const char* from;
    const char* to;
};
const Case families[] = {{"v4", Family::ipv4, "10.0.1.2", "198.51.100.7"},
                         {"v6", Family::ipv6, "fd00:1::2", "2001:db8::7"}};

class Receive : public ::testing::TestWithParam<Case> {
  protected:
    EmptyWorld world;
    Bench bench{world};
    std::vector<std::uint8_t> frame(std::uint16_t dport = 53, std::uint8_t ttl = 64,
                                    std::size_t payload = 4) {
        return udp_frame(GetParam().family, GetParam().from, GetParam().to, dport, ttl, payload);
    }
    std::size_t ip_header() const { return is_v4(GetParam().family) ? 20 : 40; }
};
INSTANTIATE_TEST_SUITE_P(Families, Receive, ::testing::ValuesIn(families),
                         [](const auto& row) { return row.param.name; });

TEST_P(Receive, ForwardsAlongTheRoute) {
    const auto sent = frame();
    bench.receive(sent);
    ASSERT_EQ(bench.recorder.left.size(), 1u);
    const auto& left = bench.recorder.left[0];
    EXPECT_EQ(bench.engine.router().interfaces().name(left.out), "wan");
    EXPECT_EQ(left.bytes.size(), sent.size());
    EXPECT_EQ(Mac::load(left.bytes.data()), testing::wan_host);
    EXPECT_EQ(Mac::load(left.bytes.data() + 6), testing::wan_mac);
    const std::size_t ttl_at = 14 + (is_v4(GetParam().family) ? 8 : 7);
    EXPECT_EQ(left.bytes[ttl_at], 63);
    if (is_v4(GetParam().family)) {
        EXPECT_EQ(checksum::fold(checksum::add({&left.bytes[14], 20})), 0xffff);
    }
    EXPECT_TRUE(bench.recorder.ended[0].changed);
}

TEST_P(Receive, TellsTheSenderWhenTheTtlRunsOut) {
    bench.receive(frame(53, 1));
    ASSERT_EQ(bench.recorder.ended.size(), 1u);
    EXPECT_EQ(bench.recorder.ended[0].finding.reason, Reason::ttl_exceeded);
    ASSERT_EQ(bench.recorder.left.size(), 1u);
    const auto& answer = bench.recorder.left[0];
    EXPECT_TRUE(answer.ours);
    EXPECT_EQ(bench.engine.router().interfaces().name(answer.out), "lan");
    EXPECT_EQ(answer.bytes[14 + ip_header()], is_v4(GetParam().family) ? 11 : 3);
    // From the interface that the answer leaves by.
    const Address source =
        Address::load(&answer.bytes[14 + (is_v4(GetParam().family) ? 12 : 8)], GetParam().family);
    EXPECT_EQ(to_string(source, GetParam().family), is_v4(GetParam().family) ? "10.0.1.1" : "fd00:1::1");
}

TEST_P(Receive, AnswersAClosedPort) {
    const char* own = is_v4(GetParam().family) ? "192.0.2.1" : "fd00:2::1";
    bench.receive(udp_frame(GetParam().family, GetParam().from, own, 9));
    ASSERT_EQ(bench.recorder.left.size(), 1u);
    EXPECT_EQ(bench.recorder.left[0].bytes[14 + ip_header()], is_v4(GetParam().family) ? 3 : 1);
    EXPECT_EQ(bench.recorder.ended[0].finding.reason, Reason::no_local_listener);
}

rules::Draft filter(Family family, rules::TargetKind kind) {
    rules::Draft draft{.family = family, .tables = {rules::empty_table(*rules::find_table("filter"))}};
    rules::RuleDraft rule{.selectors = {.family = family, .protocol = 17}};
    rule.target.kind = kind;
    draft.tables[0].chains[1].rules.push_back(std::move(rule));  // FORWARD
    return draft;
}

TEST_P(Receive, DropsByARuleAndSaysWhich) {
    bench.install(filter(GetParam().family, rules::TargetKind::drop));
    bench.receive(frame());
    const auto& end = bench.recorder.ended.at(0);
    EXPECT_EQ(end.disposition, Disposition::dropped);
    EXPECT_EQ(end.finding.reason, Reason::rule_drop);
    EXPECT_EQ(end.decision.table, "filter");
    EXPECT_EQ(end.decision.chain, "FORWARD");
    EXPECT_EQ(bench.engine.tables(GetParam().family).number(end.decision), 1u);
    EXPECT_TRUE(bench.recorder.left.empty());
}

struct QueueWorld final : World {
    Answer local_socket(const Packet&) override { return Answer::no; }
    bool queue_has_reader(std::uint16_t) override { return true; }
};

class Suspend : public ::testing::TestWithParam<Hook> {};
INSTANTIATE_TEST_SUITE_P(Hooks, Suspend,
                         ::testing::Values(Hook::prerouting, Hook::input, Hook::forward, Hook::output,
                                           Hook::postrouting),
                         [](const auto& row) { return std::string(name(row.param)); });

rules::Draft queueing(Hook hook) {
    rules::Draft draft{.tables = {rules::empty_table(*rules::find_table("mangle"))}};
    for (auto& chain : draft.tables[0].chains) {
        if (chain.name != name(hook)) continue;
        rules::RuleDraft rule;
        rule.target.kind = rules::TargetKind::queue;
        chain.rules.push_back(std::move(rule));
    }
    return draft;
}

TEST_P(Suspend, ResumesWhereItStoodAfterEveryWord) {
    const Hook hook = GetParam();
    const bool local = hook == Hook::input;
    const auto frame = udp_frame(Family::ipv4, "10.0.1.2", local ? "10.0.1.1" : "198.51.100.7", 53);
    const auto wait_in = [&](Bench& bench) {
        bench.install(queueing(hook));
        Packet* p = bench.packet(frame, second);
        if (hook == Hook::output) {
            p->data += 14;
            p->length -= 14;
            Packet* own = p;
            bench.engine.send({&own, 1});
        } else {
            bench.engine.receive({&p, 1});
        }
        ASSERT_EQ(bench.recorder.held.size(), 1u);
        bench.install(
            {.tables = {rules::empty_table(*rules::find_table("filter"))}});  // the rules change meanwhile
    };
    QueueWorld world;
    {
        Bench bench(world);
        wait_in(bench);
        EXPECT_TRUE(bench.engine.resume(bench.recorder.held[0], {}));
        EXPECT_FALSE(bench.engine.resume(bench.recorder.held[0], {}));
        ASSERT_EQ(bench.recorder.ended.size(), 1u);
        EXPECT_EQ(bench.recorder.ended[0].disposition,
                  local ? Disposition::consumed : Disposition::forwarded);
        EXPECT_EQ(bench.recorder.left.size(), 1u);
    }
    {
        Bench bench(world);
        wait_in(bench);
        bench.engine.resume(bench.recorder.held[0], {.verdict = Resume::Verdict::drop});
        EXPECT_EQ(bench.recorder.ended.at(0).finding.reason, Reason::suspended_dropped);
    }
    {
        Bench bench(world);
        wait_in(bench);
        auto other = udp_frame(Family::ipv4, "10.0.1.2", local ? "10.0.1.1" : "203.0.113.9", 99, 63);
        bench.engine.resume(bench.recorder.held[0], {.mark = Mark{7}, .network = Bytes(other).subspan(14)});
        ASSERT_EQ(bench.recorder.ended.size(), 1u);
        EXPECT_EQ(bench.recorder.ended[0].mark.value, 7u);
        ASSERT_EQ(bench.recorder.left.size(), 1u);
        if (!local) {
            EXPECT_EQ(load_be16(&bench.recorder.left[0].bytes[36]), 99);
        }
    }
    {
        Bench bench(world);
        wait_in(bench);
        bench.engine.advance({32 * second});
        EXPECT_EQ(bench.recorder.ended.at(0).finding.reason, Reason::suspended_expired);
        EXPECT_EQ(bench.engine.waiting().size(), 0u);
    }
}

// The rule, the chain and the table that hold a packet go while it waits; their memory is freed.
TEST_P(Suspend, OutlivesTheRulesThatHoldIt) {
    const Hook hook = GetParam();
    const bool local = hook == Hook::input;
    for (const bool expires : {false, true}) {
        QueueWorld world;
        Bench bench(world);
        rules::Draft draft = queueing(hook);
        const std::string own(40, 'q');  // too long to be kept within a string
        auto& chains = draft.tables[0].chains;
        chains.push_back({.name = own, .policy = {}, .base = {}});
        for (auto& chain : chains) {
            if (chain.name != name(hook)) continue;
            chains.back().rules = std::move(chain.rules);
            rules::RuleDraft jump;
            jump.target = {.kind = rules::TargetKind::jump, .chain = own, .extension = {}};
            chain.rules = {std::move(jump)};
        }
        auto ruleset = rules::validate(std::move(draft));
        ASSERT_TRUE(ruleset);
        ASSERT_TRUE(bench.engine.install(*ruleset));
        Packet* p = bench.packet(udp_frame(Family::ipv4, "10.0.1.2", local ? "10.0.1.1" : "198.51.100.7", 53),
                                 second);
        if (hook == Hook::output) {
            p->data += 14;
            p->length -= 14;
            bench.engine.send({&p, 1});
        } else {
            bench.engine.receive({&p, 1});
        }
        ASSERT_EQ(bench.recorder.held.size(), 1u);
        {
            rules::Change change(*ruleset);
            ASSERT_TRUE(change.flush("mangle", name(hook)));
            ASSERT_TRUE(change.flush("mangle", own));
            ASSERT_TRUE(change.delete_chain("mangle", own));
            auto transaction = change.prepare(bench.engine.interfaces());
            ASSERT_TRUE(transaction);
            ASSERT_TRUE(bench.engine.apply(*transaction));
            ASSERT_TRUE(change.keep());
        }
        {
            rules::Change change(*ruleset);
            ASSERT_TRUE(change.delete_table("mangle"));
            auto transaction = change.prepare(bench.engine.interfaces());
            ASSERT_TRUE(transaction);
            ASSERT_TRUE(bench.engine.apply(*transaction));
            ASSERT_TRUE(change.keep());
        }
        std::string decided;
        bench.recorder.seen = [&](const Completion& c) { decided = c.decision.chain; };
        if (expires) {
            bench.engine.advance({32 * second});
        } else {
            EXPECT_TRUE(bench.engine.resume(bench.recorder.held[0], {}));
        }
        EXPECT_EQ(decided, own);
        EXPECT_EQ(bench.recorder.ended.at(0).disposition, expires ? Disposition::dropped
                                                          : local ? Disposition::consumed
                                                                  : Disposition::forwarded);
    }
}

TEST(Suspend, IsBoundedAndCountsWhatDoesntFit) {
    QueueWorld world;
    Bench bench(world, {.router = testing::two_legs(), .waiting = {.packets = 10'000, .bytes = 1u << 30}});
    bench.install(queueing(Hook::forward));
    const auto frame = udp_frame(Family::ipv4, "10.0.1.2", "198.51.100.7", 53);
    for (int i = 0; i < 10'005; ++i) bench.receive(frame);
    EXPECT_EQ(bench.engine.waiting().size(), 10'000u);
    EXPECT_EQ(bench.engine.statistics().reasons[static_cast<std::size_t>(Reason::suspended_full)], 5u);
    bench.engine.discard_waiting();
    EXPECT_EQ(bench.recorder.ended.size(), 10'005u);
    EXPECT_EQ(bench.pool.available(), bench.pool.size());
}

TEST(Apply, RefusesWhatWasPreparedForOtherInterfaces) {
    EmptyWorld world;
    Bench bench(world);
    auto ruleset = rules::validate(filter(Family::ipv4, rules::TargetKind::drop));
    ASSERT_TRUE(ruleset);
    ASSERT_TRUE(bench.engine.install(*ruleset));
    rules::Change change(*ruleset);
    ASSERT_TRUE(change.flush("filter", "FORWARD"));
    auto transaction = change.prepare(bench.engine.interfaces());
    ASSERT_TRUE(transaction);
    Interfaces others;
    others.add({.name = "lan"});
    others.add({.name = "lo"});
    bench.engine.install(std::make_shared<route::Router>(others));
    EXPECT_FALSE(bench.engine.apply(*transaction));
    EXPECT_EQ(bench.engine.tables(Family::ipv4).find("filter")->chains[1]->spine.size(), 1u);
    // The same names will do.
    bench.engine.install(testing::two_legs());
    EXPECT_TRUE(bench.engine.apply(*transaction));
    EXPECT_EQ(bench.engine.tables(Family::ipv4).find("filter")->chains[1]->spine.size(), 0u);
}

// A base chain of a table that iptables doesn't know takes its place in the hook by its priority.
TEST(Apply, PutsBaseChainsWhereTheirPrioritySays) {
    EmptyWorld world;
    Bench bench(world);
    auto ruleset = rules::validate(filter(Family::ipv4, rules::TargetKind::accept));
    ASSERT_TRUE(ruleset);
    ASSERT_TRUE(bench.engine.install(*ruleset));
    const auto frame = udp_frame(Family::ipv4, "10.0.1.2", "198.51.100.7", 53);
    const auto end_with = [&](std::int32_t priority) {
        rules::Change change(*ruleset);
        EXPECT_TRUE(change.put_table({.name = "mine",
                                      .chains = {{.name = "late",
                                                  .policy = rules::Policy::drop,
                                                  .base = rules::Base{Hook::forward, priority}}}}));
        auto transaction = change.prepare(bench.engine.interfaces());
        EXPECT_TRUE(transaction);
        EXPECT_TRUE(bench.engine.apply(*transaction));
        EXPECT_TRUE(change.keep());
        bench.receive(frame);
        EXPECT_EQ(bench.recorder.ended.back().decision.table, "mine");
        return bench.engine.tables(Family::ipv4).find("filter")->chains[1]->spine.at(0).counters.packets;
    };
    EXPECT_EQ(end_with(1), 1u);   // behind filter's chain
    EXPECT_EQ(end_with(-1), 1u);  // before it
    rules::Change change(*ruleset);
    ASSERT_TRUE(change.delete_table("mine"));
    auto transaction = change.prepare(bench.engine.interfaces());
    ASSERT_TRUE(transaction);
    ASSERT_TRUE(bench.engine.apply(*transaction));
    bench.receive(frame);
    EXPECT_EQ(bench.recorder.ended.back().disposition, Disposition::forwarded);
}

TEST(Fragment, LeavesInTheWholesPlace) {
    EmptyWorld world;
    Interfaces all = testing::two_legs()->interfaces();
    Bench bench(world);
    auto frame = udp_frame(Family::ipv4, "10.0.1.2", "198.51.100.7", 53, 64, 1800);
    bench.receive(frame);
    ASSERT_EQ(bench.recorder.ended.at(0).disposition, Disposition::replaced);
    ASSERT_EQ(bench.recorder.left.size(), 2u);
    EXPECT_EQ(bench.recorder.left[0].bytes.size(), 14u + 1500);
    EXPECT_EQ(load_be16(&bench.recorder.left[0].bytes[20]), 0x2000);
    EXPECT_EQ(load_be16(&bench.recorder.left[1].bytes[20]), 1480 / 8);
    EXPECT_EQ(bench.recorder.left[1].bytes.size(), 14u + 20 + 1808 - 1480);
}

}  // namespace
}  // namespace gatehouse

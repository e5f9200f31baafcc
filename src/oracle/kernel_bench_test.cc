#include "oracle/kernel_bench.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatehouse::oracle {
namespace {

using testing::HasSubstr;

constexpr Effort little{.runs = 3, .seconds = 0.005};

std::string ruleset(int rules, int last_port) {
    std::string text = "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n";
    for (int i = 0; i + 1 < rules; ++i) {
        text += fmt::format("-A FORWARD -s 192.168.{}.{}/32 -p udp -m udp --dport {} -j DROP\n",
                            i / 250 % 250, i % 250 + 1, 10000 + i % 50000);
    }
    return text + fmt::format("-A FORWARD -p udp -m udp --dport {} -j ACCEPT\nCOMMIT\n", last_port);
}

class KernelBenchTest : public testing::Test {
  protected:
    void SetUp() override {
        if (auto usable = KernelBench::available(); !usable) GTEST_SKIP() << usable.error().text();
    }
    std::unique_ptr<KernelBench> start(const std::vector<Prefix>& routes = {}) {
        auto bench = KernelBench::start(routes);
        EXPECT_TRUE(bench) << bench.error().text();
        return bench ? std::move(*bench) : nullptr;
    }
};

TEST_F(KernelBenchTest, EveryPacketIsForwarded) {
    const auto bench = start();
    ASSERT_NE(bench, nullptr);
    const auto sample = bench->forward(little);
    ASSERT_TRUE(sample) << sample.error().text();
    EXPECT_GT(sample->count, 3 * 2'048u);
    EXPECT_GE(sample->proven, sample->count - sample->count / 100);
    EXPECT_LE(sample->cpu.low, sample->cpu.median);
    EXPECT_LE(sample->cpu.median, sample->cpu.high);
    EXPECT_GT(sample->feed, 0);
    EXPECT_GT(sample->cpu.low, sample->feed);
}

TEST_F(KernelBenchTest, ManyRoutesShareTheDestinations) {
    std::vector<Prefix> routes;
    for (std::uint32_t i = 0; i < 8'192; ++i) {
        routes.push_back({Family::ipv4, Address::v4(0x0a020000 + 8 * i), 29});
    }
    const auto bench = start(routes);
    ASSERT_NE(bench, nullptr);
    const auto sample = bench->forward(little);
    ASSERT_TRUE(sample) << sample.error().text();
    EXPECT_GE(sample->proven, sample->count - sample->count / 100);
}

TEST_F(KernelBenchTest, WithoutRoutesForAllItIsAnError) {
    const auto bench = start({*parse_prefix("10.2.0.0/17")});
    ASSERT_NE(bench, nullptr);
    const auto sample = bench->forward(little);
    ASSERT_FALSE(sample);
    EXPECT_THAT(sample.error().text(), HasSubstr("packets left the router"));
}

TEST_F(KernelBenchTest, EveryPacketMatchesTheLastRule) {
    const auto bench = start();
    ASSERT_NE(bench, nullptr);
    const auto few = bench->rules(ruleset(10, 53), little);
    ASSERT_TRUE(few) << few.error().text();
    EXPECT_GE(few->proven, few->count - few->count / 100);
    const auto many = bench->rules(ruleset(2'000, 53), little);
    ASSERT_TRUE(many) << many.error().text();
    EXPECT_GT(many->cpu.low, few->cpu.low);
    EXPECT_TRUE(bench->forward(little));
}

TEST_F(KernelBenchTest, RulesThatNothingMatchesAreAnError) {
    const auto bench = start();
    ASSERT_NE(bench, nullptr);
    EXPECT_THAT(bench->rules(ruleset(10, 54), little).error().text(), HasSubstr("only 0 of"));
    EXPECT_THAT(bench->rules("*filter\nCOMMIT\n", little).error().text(), HasSubstr("no rule in FORWARD"));
}

TEST_F(KernelBenchTest, InsertsRulesWithBothTools) {
    for (const Tool tool : {Tool::iptables_legacy, Tool::iptables_nft}) {
        if (auto usable = Kernel::available(tool); !usable) GTEST_SKIP() << usable.error().text();
        const auto sample = KernelBench::rule_insert(tool, ruleset(50, 53), 3);
        ASSERT_TRUE(sample) << sample.error().text();
        EXPECT_EQ(sample->count, 3u);
        EXPECT_EQ(sample->proven, 3u);
        EXPECT_GT(sample->wall.low, 0);
    }
}

}  // namespace
}  // namespace gatehouse::oracle

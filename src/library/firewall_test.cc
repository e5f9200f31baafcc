// The library's C++ and C faces: what comes in comes out once, waits, and is refused with a reason.
#include "gatehouse/firewall.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/testing.h"
#include "gatehouse/gatehouse.h"

namespace gatehouse::embed {
namespace {

using ::testing::HasSubstr;

constexpr const char* network = R"(
routes = ["default via 192.0.2.254", "::/0 via fd00:2::fe"]
[engine]
suspended_packets = 2
[[interface]]
name = "lan"
mac = "02:00:00:00:01:01"
address = ["10.0.1.1/24", "fd00:1::1/64"]
[[interface]]
name = "wan"
mac = "02:00:00:00:02:01"
address = ["192.0.2.1/24", "fd00:2::1/64"]
neighbours = { "192.0.2.254" = "02:00:00:00:02:fe", "fd00:2::fe" = "02:00:00:00:02:fe" }
)";

struct Seen final : Handler {
    struct Ended {
        std::uint64_t cookie;
        Verdict verdict;
        std::string interface, reason, chain;
        std::uint32_t rule, mark;
        std::size_t length;
    };
    std::vector<Ended> ended;
    std::vector<Token> waiting;
    std::vector<std::string> logs;
    void completed(const Completion& c) override {
        ended.push_back({c.cookie, c.verdict, std::string(c.interface), std::string(c.reason),
                         std::string(c.chain), c.rule, c.mark, c.bytes.size()});
    }
    void waits(Token token, std::uint16_t, Bytes, std::uint64_t) override { waiting.push_back(token); }
    bool reads_queue(std::uint16_t) override { return true; }
    void logged(std::string_view line) override { logs.emplace_back(line); }
};

class Library : public ::testing::TestWithParam<Family> {
  protected:
    bool v4() const { return GetParam() == Family::ipv4; }
    std::vector<std::uint8_t> udp(std::uint16_t port) const {
        return v4()
                   ? gatehouse::testing::udp_frame(gatehouse::Family::ipv4, "10.0.1.2", "198.51.100.9", port)
                   : gatehouse::testing::udp_frame(gatehouse::Family::ipv6, "fd00:1::2", "2001:db8::9", port);
    }
    Firewall firewall(const std::string& rules) {
        auto made = Firewall::make(network, seen);
        EXPECT_TRUE(made);
        const auto loaded = made->load(GetParam(), rules);
        EXPECT_TRUE(loaded) << loaded.error();
        return std::move(*made);
    }
    Seen seen;
};
INSTANTIATE_TEST_SUITE_P(Families, Library, ::testing::Values(Family::ipv4, Family::ipv6),
                         [](const auto& row) { return row.param == Family::ipv4 ? "v4" : "v6"; });

TEST_P(Library, EveryPacketIsCompletedOnce) {
    auto it =
        firewall("*filter\n-A FORWARD -p udp --dport 1 -j DROP\n-A FORWARD -j LOG --log-prefix x\nCOMMIT\n");
    EXPECT_TRUE(it.receive({.interface = "lan", .bytes = udp(1), .cookie = 7}));
    EXPECT_TRUE(it.receive({.interface = "lan", .bytes = udp(2), .mark = 3, .cookie = 8}));
    EXPECT_TRUE(it.receive({.interface = "lan", .bytes = {}, .cookie = 9}));
    ASSERT_EQ(seen.ended.size(), 3u);
    EXPECT_EQ(seen.ended[0].cookie, 7u);
    EXPECT_EQ(seen.ended[0].verdict, Verdict::dropped);
    EXPECT_EQ(seen.ended[0].reason, "rule-drop");
    EXPECT_EQ(seen.ended[0].chain, "FORWARD");
    EXPECT_EQ(seen.ended[0].rule, 1u);
    EXPECT_EQ(seen.ended[1].verdict, Verdict::forwarded);
    EXPECT_EQ(seen.ended[1].interface, "wan");
    EXPECT_EQ(seen.ended[1].mark, 3u);
    EXPECT_EQ(seen.ended[1].length, udp(2).size());
    EXPECT_EQ(seen.ended[2].verdict, Verdict::dropped);
    EXPECT_EQ(seen.logs.size(), 1u);
    EXPECT_THAT(it.save(GetParam()), HasSubstr("[1:"));
}

TEST_P(Library, WaitingPacketsGoOnEndOrExpire) {
    auto it = firewall("*mangle\n-A FORWARD -j QUEUE\nCOMMIT\n");
    for (std::uint16_t i = 1; i <= 3; ++i) it.receive({.interface = "lan", .bytes = udp(i), .cookie = i});
    ASSERT_EQ(seen.waiting.size(), 2u);
    ASSERT_EQ(seen.ended.size(), 1u);
    EXPECT_EQ(seen.ended[0].reason, "suspended-full");
    EXPECT_TRUE(it.resume(seen.waiting[0], {.mark = 5}));
    EXPECT_FALSE(it.resume(seen.waiting[0]));
    EXPECT_EQ(seen.ended[1].verdict, Verdict::forwarded);
    EXPECT_EQ(seen.ended[1].mark, 5u);
    it.advance(std::int64_t{31} * 1'000'000'000);
    ASSERT_EQ(seen.ended.size(), 3u);
    EXPECT_EQ(seen.ended[2].reason, "suspended-expired");
    it.receive({.interface = "lan", .bytes = udp(4), .time = std::int64_t{31} * 1'000'000'000, .cookie = 4});
    {
        const Firewall gone = std::move(it);
    }
    ASSERT_EQ(seen.ended.size(), 4u);
    EXPECT_EQ(seen.ended[3].reason, "suspended-discarded");
}

TEST_P(Library, AHookAloneSaysWhatItDoesToAPacket) {
    auto it = firewall(std::string("*mangle\n-A FORWARD -i lan -o wan -j ") +
                       (v4() ? "TTL --ttl-set 9" : "HL --hl-set 9") +
                       "\nCOMMIT\n*filter\n-A FORWARD -o lan -j DROP\nCOMMIT\n");
    const auto frame = udp(1);
    const Frame packet{.interface = "lan", .bytes = Bytes(frame).subspan(14)};
    const auto accepted = it.run_hook(Hook::forward, packet, "wan");
    ASSERT_TRUE(accepted) << accepted.error();
    EXPECT_EQ(accepted->verdict, HookResult::Verdict::accept);
    EXPECT_TRUE(accepted->details.changed);
    EXPECT_EQ(accepted->details.bytes[v4() ? 8 : 7], 9);
    const auto dropped = it.run_hook(Hook::forward, packet, "lan");
    EXPECT_EQ(dropped->verdict, HookResult::Verdict::drop);
    EXPECT_EQ(explain(dropped->details), "a rule dropped it");
    EXPECT_FALSE(it.run_hook(Hook::forward, packet, "nowhere"));
    EXPECT_FALSE(it.run_hook(Hook::forward, {.bytes = Bytes(frame).subspan(14, 3)}));
    EXPECT_TRUE(seen.ended.empty());
}

TEST_P(Library, MistakesAreRefused) {
    EXPECT_THAT(Firewall::make("interface", seen).error(), HasSubstr("network:1:"));
    auto it = firewall("*filter\nCOMMIT\n");
    EXPECT_THAT(it.load(GetParam(), "*filter\n-A INPUT -j DROPP\nCOMMIT\n", "mine").error(),
                HasSubstr("mine:2:"));
    EXPECT_FALSE(it.receive({.interface = "dmz", .bytes = udp(1)}));
    const std::vector<std::uint8_t> long_frame(65'536);
    EXPECT_FALSE(it.receive({.interface = "lan", .bytes = long_frame}));
    EXPECT_TRUE(seen.ended.empty());
}

TEST(LibraryC, ErrorsAreCutToTheirRoom) {
    char error[8];
    const gatehouse_callbacks none{};
    EXPECT_EQ(gatehouse_new(network, &none, error, sizeof error), nullptr);
    EXPECT_STREQ(error, "a netwo");
    EXPECT_EQ(gatehouse_new(network, nullptr, nullptr, 0), nullptr);
    EXPECT_STREQ(gatehouse_version(), GATEHOUSE_VERSION);
    gatehouse_free(nullptr);
}

}  // namespace
}  // namespace gatehouse::embed

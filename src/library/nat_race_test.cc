// Packets that wait meet others of their flow: two questions from one socket at the same instant, whose
// mappings were chosen before either connection was in the table.
#include <gtest/gtest.h>

#include "engine/testing.h"
#include "gatehouse/firewall.h"

namespace gatehouse::embed {
namespace {

constexpr const char* network = R"(
routes = ["default via 192.0.2.254"]
[[interface]]
name = "lan"
mac = "02:00:00:00:01:01"
address = ["10.0.1.1/24"]
neighbours = { "10.0.1.2" = "02:00:00:00:01:02" }
[[interface]]
name = "wan"
mac = "02:00:00:00:02:01"
address = ["192.0.2.1/24"]
neighbours = { "192.0.2.254" = "02:00:00:00:02:fe", "192.0.2.10" = "02:00:00:00:02:10", "192.0.2.11" = "02:00:00:00:02:11" }
)";

using Frame4 = std::vector<std::uint8_t>;

struct Seen final : Handler {
    std::vector<std::pair<std::string, Frame4>> left;
    std::vector<std::string> dropped;
    std::vector<Token> waiting;
    void completed(const Completion& c) override {
        if (c.verdict == Verdict::forwarded) {
            left.emplace_back(c.interface, Frame4(c.bytes.begin(), c.bytes.end()));
        } else {
            dropped.emplace_back(c.reason);
        }
    }
    void waits(Token token, std::uint16_t, Bytes, std::uint64_t) override { waiting.push_back(token); }
    bool reads_queue(std::uint16_t) override { return true; }
};

constexpr std::size_t ip = 14, udp = 34;
std::string end(const Frame4& f, bool source) {
    const Address address = Address::load(&f[ip + (source ? 12 : 16)], gatehouse::Family::ipv4);
    return to_string(address, gatehouse::Family::ipv4) + ":" +
           std::to_string(load_be16(&f[udp + (source ? 0 : 2)]));
}
std::string ends(const Frame4& f) { return end(f, true) + " > " + end(f, false); }

// The answer to a frame that left.
Frame4 answer_to(Frame4 f) {
    std::swap_ranges(f.begin(), f.begin() + 6, f.begin() + 6);
    std::swap_ranges(&f[ip + 12], &f[ip + 16], &f[ip + 16]);
    std::swap_ranges(&f[udp], &f[udp + 2], &f[udp + 2]);
    return f;
}

class Race : public ::testing::Test {
  protected:
    // The rules ask for packets of FORWARD to wait while `mark` isn't 1.
    Firewall firewall(const std::string& nat) {
        auto made = Firewall::make(network, seen);
        EXPECT_TRUE(made) << made.error();
        const auto loaded = made->load(
            Family::ipv4,
            "*mangle\n-A FORWARD -i lan -m mark ! --mark 1 -j QUEUE\nCOMMIT\n*nat\n" + nat + "COMMIT\n");
        EXPECT_TRUE(loaded) << loaded.error();
        return std::move(*made);
    }
    Frame4 question() const {
        return gatehouse::testing::udp_frame(gatehouse::Family::ipv4, "10.0.1.2", "198.51.100.53", 53);
    }
    Seen seen;
};

constexpr const char* two_servers =
    "-A PREROUTING -p udp --dport 53 -m statistic --mode nth --every 2 --packet 0 -j DNAT --to 192.0.2.10\n"
    "-A PREROUTING -p udp --dport 53 -j DNAT --to 192.0.2.11\n"
    "-A POSTROUTING -o wan -j SNAT --to-source 192.0.2.77\n";

TEST_F(Race, QuestionsToDifferentServersAreBothAnswered) {
    auto it = firewall(two_servers);
    for (int i = 0; i < 2; ++i) it.receive({.interface = "lan", .bytes = question(), .time = i});
    ASSERT_EQ(seen.waiting.size(), 2u);
    for (const Token token : seen.waiting) it.resume(token);
    ASSERT_EQ(seen.left.size(), 2u) << seen.dropped.at(0);
    EXPECT_EQ(ends(seen.left[0].second), "192.0.2.77:4000 > 192.0.2.10:53");
    EXPECT_EQ(ends(seen.left[1].second), "192.0.2.77:4000 > 192.0.2.11:53");
    for (const int i : {1, 0}) {
        it.receive({.interface = "wan", .bytes = answer_to(seen.left[static_cast<std::size_t>(i)].second)});
        EXPECT_EQ(seen.left.back().first, "lan");
        EXPECT_EQ(ends(seen.left.back().second), "198.51.100.53:53 > 10.0.1.2:4000");
    }
    // The flow goes on with the first mapping; the second's is gone after a second, and its place is free.
    it.receive({.interface = "lan", .bytes = question(), .time = 1'500'000'000, .mark = 1});
    EXPECT_EQ(ends(seen.left.back().second), "192.0.2.77:4000 > 192.0.2.10:53");
    const std::size_t before = seen.left.size();
    it.receive({.interface = "wan", .bytes = answer_to(seen.left[1].second), .time = 1'500'000'001});
    EXPECT_EQ(seen.left.size(), before);
}

TEST_F(Race, QuestionsToOneServerShareAMapping) {
    auto it = firewall("-A POSTROUTING -o wan -j SNAT --to-source 192.0.2.77\n");
    for (int i = 0; i < 3; ++i) it.receive({.interface = "lan", .bytes = question()});
    ASSERT_EQ(seen.waiting.size(), 3u);
    for (const Token token : {seen.waiting[2], seen.waiting[0], seen.waiting[1]}) it.resume(token);
    ASSERT_EQ(seen.left.size(), 3u);
    for (const auto& [interface, frame] : seen.left)
        EXPECT_EQ(ends(frame), "192.0.2.77:4000 > 198.51.100.53:53");
}

TEST_F(Race, APortChosenAtRandomIsEachQuestionsOwn) {
    auto it = firewall("-A POSTROUTING -o wan -j SNAT --to-source 192.0.2.77 --random\n");
    for (int i = 0; i < 2; ++i) it.receive({.interface = "lan", .bytes = question()});
    for (const Token token : seen.waiting) it.resume(token);
    ASSERT_EQ(seen.left.size(), 2u);
    EXPECT_NE(end(seen.left[0].second, true), end(seen.left[1].second, true));
    for (const int i : {0, 1}) {
        it.receive({.interface = "wan", .bytes = answer_to(seen.left[static_cast<std::size_t>(i)].second)});
        EXPECT_EQ(ends(seen.left.back().second), "198.51.100.53:53 > 10.0.1.2:4000");
    }
}

}  // namespace
}  // namespace gatehouse::embed

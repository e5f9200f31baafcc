// NAT64 for this host's own programs: what they send to addresses behind the prefix leaves as IPv4, and comes
// back to them as IPv6.
#include <algorithm>
#include <gtest/gtest.h>
#include <vector>

#include "engine/testing.h"
#include "gatehouse/firewall.h"

namespace gatehouse::embed {
namespace {

constexpr const char* network = R"(
routes = ["default via 192.0.2.254", "-6 default via fd00:2::fe"]
[[interface]]
name = "wan"
mac = "02:00:00:00:02:01"
address = ["192.0.2.1/24", "fd00:2::1/64"]
neighbours = { "192.0.2.254" = "02:00:00:00:02:fe", "fd00:2::fe" = "02:00:00:00:02:fe" }
)";

struct Program final : Handler {
    std::vector<std::uint8_t> left, delivered;
    std::string reason;
    void completed(const Completion& c) override {
        auto& to = c.verdict == Verdict::delivered ? delivered : left;
        to.assign(c.bytes.begin(), c.bytes.end());
        reason = c.reason;
    }
    bool takes(Bytes) override { return true; }
};

TEST(Nat64, ServesThisHostsPrograms) {
    Program program;
    auto firewall = Firewall::make(network, program);
    ASSERT_TRUE(firewall) << firewall.error();
    const auto loaded =
        firewall->load(Family::ipv6, "*nat\n-A OUTPUT -j NAT64 --to-source 192.0.2.1\nCOMMIT\n");
    ASSERT_TRUE(loaded) << loaded.error();

    constexpr std::size_t link = 14, header4 = 20, header6 = 40;
    const auto asked =
        gatehouse::testing::udp_frame(gatehouse::Family::ipv6, "fd00:2::1", "64:ff9b::c633:6409", 53);
    ASSERT_TRUE(firewall->send({.bytes = Bytes(asked).subspan(link)}));
    auto& frame = program.left;
    ASSERT_EQ(frame.size(), asked.size() - 20) << program.reason;
    EXPECT_EQ(load_be16(&frame[12]), 0x0800);
    EXPECT_EQ(load_be32(&frame[link + 12]), 0xc0000201u);
    EXPECT_EQ(load_be32(&frame[link + 16]), 0xc6336409u);
    EXPECT_TRUE(std::ranges::equal(Bytes(frame).subspan(link + header4 + 8),
                                   Bytes(asked).subspan(link + header6 + 8)));

    // The answer.
    std::swap_ranges(frame.begin(), frame.begin() + 6, frame.begin() + 6);
    std::swap_ranges(&frame[link + 12], &frame[link + 16], &frame[link + 16]);
    std::swap_ranges(&frame[link + header4], &frame[link + header4 + 2], &frame[link + header4 + 2]);
    const std::vector<std::uint8_t> answer = frame;
    firewall->receive({.interface = "wan", .bytes = answer});
    ASSERT_FALSE(program.delivered.empty()) << program.reason;
    const std::size_t at = program.delivered.size() - (asked.size() - link);  // behind a link header, if any
    const Address from = Address::load(&program.delivered[at + 8], gatehouse::Family::ipv6);
    EXPECT_EQ(to_string(from, gatehouse::Family::ipv6), "64:ff9b::c633:6409");
    EXPECT_EQ(load_be16(&program.delivered[at + header6]), 53);
}

}  // namespace
}  // namespace gatehouse::embed

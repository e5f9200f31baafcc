// Pools that run out, through the whole firewall: every port is given out once, the log says beforehand when
// there will be none, and what is refused has its reason.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <vector>

#include "engine/testing.h"
#include "gatehouse/firewall.h"

namespace gatehouse::embed {
namespace {

constexpr std::uint32_t unprivileged = 65'536 - 1024;

// Clients are those of 10.0.0.0/11, two million.
std::string network_of(std::uint32_t connections) {
    return fmt::format(R"(
routes = ["default via 192.0.2.254"]
[sysctl]
"net.netfilter.nf_conntrack_max" = {}
[[interface]]
name = "lan"
mac = "02:00:00:00:01:01"
address = ["10.0.0.1/11"]
[[interface]]
name = "wan"
mac = "02:00:00:00:02:01"
address = ["192.0.2.1/24"]
neighbours = {{ "192.0.2.254" = "02:00:00:00:02:fe" }}
)",
                       connections);
}

// Which of the outside addresses' ports were given, and what was logged and refused.
struct Outside final : Handler {
    explicit Outside(std::uint32_t addresses) : given(std::size_t{addresses} * 65'536) {}

    std::vector<bool> given;
    std::uint32_t flows = 0, twice = 0;
    std::string refused;
    struct Line {
        std::uint32_t flows;
        std::string text;
    };
    std::vector<Line> lines;

    void completed(const Completion& c) override {
        if (c.verdict != Verdict::forwarded) {
            refused = c.reason;
            return;
        }
        constexpr std::size_t last_octet = 29, source_port = 34;
        const std::size_t at =
            (c.bytes[last_octet] - 64u) * std::size_t{65'536} + load_be16(&c.bytes[source_port]);
        twice += given.at(at) ? 1 : 0;
        given[at] = true;
        ++flows;
    }
    void logged(std::string_view line) override { lines.push_back({flows, std::string(line)}); }
};

// Sends one packet of each of so many clients, from the `first` on, to one server, `a_second` of them each
// second.
void fill(Firewall& firewall, std::uint32_t first, std::uint32_t clients, std::uint32_t a_second) {
    auto frame = gatehouse::testing::udp_frame(gatehouse::Family::ipv4, "10.0.0.2", "198.51.100.53", 53);
    constexpr std::size_t ip = 14, checksum = 10, source = 12, udp_checksum = 40;
    store_be16(&frame[udp_checksum], 0);
    for (std::uint32_t n = first; n < first + clients; ++n) {
        store_be32(&frame[ip + source], 0x0a000002 + n);
        store_be16(&frame[ip + checksum], 0);
        store_be16(&frame[ip + checksum], checksum::finish(checksum::add({&frame[ip], 20})));
        firewall.receive({.interface = "lan", .bytes = frame, .time = std::int64_t{n} * second / a_second});
    }
}

Result<Firewall> behind(Outside& outside, std::string_view rule, std::uint32_t connections) {
    auto firewall = Firewall::make(network_of(connections), outside);
    if (!firewall) return firewall;
    if (auto done = firewall->load(Family::ipv4, fmt::format("*nat\n{}\nCOMMIT\n", rule)); !done)
        return std::unexpected(done.error());
    return firewall;
}

TEST(NatPool, OneAddressHas64512PortsTowardOneServer) {
    Outside outside(1);
    auto firewall = behind(outside, "-A POSTROUTING -o wan -j SNAT --to-source 192.0.2.64", 262'144);
    ASSERT_TRUE(firewall) << firewall.error();
    // Within less than the 30 seconds that an unanswered connection lives.
    fill(*firewall, 0, unprivileged, 3000);
    EXPECT_EQ(outside.flows, unprivileged);
    EXPECT_EQ(outside.twice, 0u);
    EXPECT_EQ(outside.refused, "");
    fill(*firewall, unprivileged, 1, 3000);
    EXPECT_EQ(outside.refused, "nat-exhausted");

    // At 80 % it was told that there would be none in the time that it then took.
    ASSERT_GE(outside.lines.size(), 4u);
    const auto& first = outside.lines[0];
    EXPECT_EQ(first.flows, unprivileged * 80 / 100);
    EXPECT_NE(first.text.find("192.0.2.64 udp to 198.51.100.53:53: 51610 of 64512 ports in use, full in 4 s"),
              std::string::npos)
        << first.text;
    EXPECT_NE(outside.lines.back().text.find("64512 of 64512 ports in use"), std::string::npos);
}

void fill_all(std::uint32_t addresses, std::string_view options) {
    const std::uint32_t all = addresses * unprivileged;
    Outside outside(addresses);
    auto firewall = behind(outside,
                           fmt::format("-A POSTROUTING -o wan -j SNAT --to-source 192.0.2.64-192.0.2.{}{}",
                                       63 + addresses, options),
                           1'200'000);
    ASSERT_TRUE(firewall) << firewall.error();
    fill(*firewall, 0, all, 1'000'000);
    EXPECT_EQ(outside.flows, all);
    EXPECT_EQ(outside.twice, 0u);
    EXPECT_EQ(outside.refused, "");
    fill(*firewall, all, 1, 1'000'000);
    EXPECT_EQ(outside.refused, "nat-exhausted");
}

TEST(NatPool, SixteenAddressesHaveAMillion) { fill_all(16, ""); }

// With --eim a client's ports are of one address, and of another once that has none left.
TEST(NatPool, EndpointsUseEveryAddress) { fill_all(2, " --eim"); }

}  // namespace
}  // namespace gatehouse::embed

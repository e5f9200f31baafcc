// Nat rules that are reapplied: every connection that is there is asked for again, however many there are.
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
address = ["10.0.0.1/16"]
[[interface]]
name = "wan"
mac = "02:00:00:00:02:01"
address = ["192.0.2.1/24"]
neighbours = { "192.0.2.254" = "02:00:00:00:02:fe" }
)";

// To which server each packet left.
struct Servers final : Handler {
    std::uint32_t old = 0, fresh = 0, dropped = 0;
    void completed(const Completion& c) override {
        constexpr std::size_t last_octet = 33;
        if (c.verdict != Verdict::forwarded) {
            ++dropped;
        } else {
            ++(c.bytes[last_octet] == 1 ? old : fresh);
        }
    }
};

TEST(NatReapply, AsksEveryConnectionAgain) {
    constexpr std::uint32_t clients = 10'000;  // more than a slice of the table
    Servers servers;
    auto firewall = Firewall::make(network, servers);
    ASSERT_TRUE(firewall) << firewall.error();
    const auto load = [&](const char* server) {
        const auto done = firewall->load(
            Family::ipv4, std::string("*nat\n-A PREROUTING -p udp -j DNAT --to ") + server + "\nCOMMIT\n");
        ASSERT_TRUE(done) << done.error();
    };
    auto frame = gatehouse::testing::udp_frame(gatehouse::Family::ipv4, "10.0.0.2", "198.51.100.53", 53);
    const auto send_all = [&] {
        servers = {};
        for (std::uint32_t n = 0; n < clients; ++n) {
            store_be32(&frame[26], 0x0a000002 + n);
            store_be16(&frame[24], 0);
            store_be16(&frame[24], checksum::finish(checksum::add({&frame[14], 20})));
            store_be16(&frame[40], 0);
            firewall->receive({.interface = "lan", .bytes = frame, .time = second});
        }
    };
    load("198.51.100.1");
    send_all();
    EXPECT_EQ(servers.old, clients);
    load("198.51.100.2");
    send_all();
    EXPECT_EQ(servers.old, clients) << "a connection keeps its mapping";
    firewall->reapply_nat();
    send_all();
    EXPECT_EQ(servers.fresh, clients);
    EXPECT_EQ(servers.dropped, 0u);
    firewall->reapply_nat();
    send_all();
    EXPECT_EQ(servers.fresh, clients) << "nothing has changed since";
}

}  // namespace
}  // namespace gatehouse::embed

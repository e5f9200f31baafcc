// Masqueraded connections end with the address that they have outside.
#include <gtest/gtest.h>

#include "engine/testing.h"
#include "iptables/restore.h"

namespace gatehouse {
namespace {

using testing::Bench;

// The network with another address on `wan`, or with it down.
std::shared_ptr<const route::Router> changed(const char* wan_address, bool up = true) {
    const auto before = testing::two_legs();
    Interfaces now;
    for (std::size_t i = 0; i < before->interfaces().size(); ++i) {
        Interface interface = before->interfaces()[static_cast<InterfaceId>(i)];
        if (interface.name == "wan") {
            interface.addresses = {{Family::ipv4, *parse_address(wan_address, Family::ipv4), 24}};
            interface.up = up;
        }
        now.add(interface);
    }
    return std::make_shared<route::Router>(now);
}

class Masquerade : public ::testing::Test {
  protected:
    Masquerade() {
        const auto ruleset = iptables::read_restore(
            "*nat\n-A POSTROUTING -o wan -p udp --dport 99 -j SNAT --to-source 192.0.2.1\n"
            "-A POSTROUTING -o wan -j MASQUERADE\nCOMMIT\n",
            "rules", Family::ipv4);
        EXPECT_TRUE(ruleset);
        EXPECT_TRUE(bench.engine.install(*ruleset));
        for (const std::uint16_t port : {std::uint16_t{53}, std::uint16_t{54}, std::uint16_t{99}})
            bench.receive(testing::udp_frame(Family::ipv4, "10.0.1.2", "198.51.100.9", port));
        // It has the address already.
        bench.receive(testing::udp_frame(Family::ipv4, "192.0.2.1", "198.51.100.9", 55));
    }
    std::uint32_t connections() { return bench.engine.tracking()->table().count(); }

    EmptyWorld world;
    Bench bench{world};
};

TEST_F(Masquerade, StandsWhileTheAddressDoes) {
    const std::uint32_t before = connections();
    EXPECT_GE(before, 3u);
    bench.engine.install(changed("192.0.2.1"));
    EXPECT_EQ(connections(), before);
}

TEST_F(Masquerade, EndsWithTheAddress) {
    bench.engine.install(changed("192.0.2.9"));
    EXPECT_EQ(connections(), 1u) << "SNAT's was told which address to have";
}

TEST_F(Masquerade, EndsWithTheInterface) {
    bench.engine.install(changed("192.0.2.1", false));
    EXPECT_EQ(connections(), 1u);
}

}  // namespace
}  // namespace gatehouse

// What a network description may say, what it comes to, and how mistakes are named.
#include <fmt/format.h>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <iterator>

#include "network/configure.h"
#include "network/read.h"
#include "network/settings.h"

namespace gatehouse::network {
namespace {

using testing::HasSubstr;

constexpr const char* two_legs = R"([[interface]]
name = "lan"
mac = "02:00:00:00:01:01"
address = ["10.0.1.1/24", "fd00:1::1/64"]
neighbours = { "10.0.1.2" = "02:00:00:00:01:02" }
[[interface]]
name = "wan"
mac = "02:00:00:00:02:01"
address = "192.0.2.1/24"
mtu = 1400
)";

Result<Configuration> made(const std::string& text) {
    auto network = parse_network(text, "net.toml");
    if (!network) return std::unexpected(network.error());
    return configure(*network);
}

TEST(Network, BecomesAConfiguration) {
    const auto c = made("routes = \"default via 192.0.2.254\"\n" + std::string(two_legs) + R"(
[sysctl]
"net.ipv4.ip_default_ttl" = 99
"net/ipv4/conf/lan/rp_filter" = 1
[engine]
raw_before_defrag = true
seed = 7
own_packets = 8
suspended_packets = 9
suspended_bytes = 1000
waiting_fragments = 11
waiting_datagrams = 12
reassembled_packets = 13
)");
    ASSERT_TRUE(c) << c.error().text();
    const auto& interfaces = c->router->interfaces();
    ASSERT_EQ(interfaces.size(), 3u);
    const auto lan = *interfaces.find("lan"), wan = *interfaces.find("wan");
    EXPECT_EQ(interfaces[wan].mtu, 1400u);
    EXPECT_EQ(interfaces[lan].addresses.size(), 2u);
    EXPECT_EQ(c->router->tunables(lan).rp_filter, 1);
    EXPECT_EQ(c->router->tunables(wan).rp_filter, 0);
    EXPECT_EQ(c->tunables.ip_default_ttl, 99);
    EXPECT_TRUE(c->raw_before_defrag);
    EXPECT_EQ(c->seed, 7u);
    EXPECT_EQ(c->emit_limit, 8u);
    EXPECT_EQ(c->waiting.packets, 9u);
    EXPECT_EQ(c->waiting.bytes, 1000u);
    EXPECT_EQ(c->fragments.fragments, 11u);
    EXPECT_EQ(c->fragments.datagrams, 12u);
    EXPECT_EQ(c->fragments.wholes, 13u);
}

TEST(Network, AnInterfaceMayBeDown) {
    const std::string down = "up = false\naccept_tagged = true\n";
    const auto c = made(two_legs + down);
    ASSERT_TRUE(c) << c.error().text();
    const auto& wan = c->router->interfaces()[*c->router->interfaces().find("wan")];
    EXPECT_FALSE(wan.up);
    EXPECT_TRUE(wan.accept_tagged);
}

TEST(Network, EverySettingIsTakenAndBounded) {
    for (const auto& setting : all_settings()) {
        SCOPED_TRACE(setting.name);
        Configuration c;
        const auto text = [&](std::uint64_t value) {
            return setting.words.empty() ? std::to_string(value)
                                         : std::string(setting.words[value - setting.min]);
        };
        EXPECT_TRUE(set(c, setting.name, text(setting.max)));
        EXPECT_TRUE(set(c, setting.name, text(setting.min)));
        EXPECT_FALSE(set(c, setting.name, "-1"));
        EXPECT_FALSE(setting.help.empty());
    }
}

TEST(Network, ThePageNamesEverySysctlAndSetting) {
    std::ifstream file(GATEHOUSE_SOURCE_DIR "/doc/network.md");
    const std::string page(std::istreambuf_iterator<char>(file), {});
    for (const auto& name : Tunables::names()) EXPECT_THAT(page, HasSubstr(fmt::format("`{}`", name)));
    for (const auto& setting : all_settings())
        EXPECT_THAT(page, HasSubstr(fmt::format("`{}`", setting.name)));
}

TEST(Network, ThePageNamesEverySettingOfTracking) {
    std::ifstream file(GATEHOUSE_SOURCE_DIR "/doc/network.md");
    const std::string page(std::istreambuf_iterator<char>(file), {});
    for (const auto& name : track::Settings::names()) EXPECT_THAT(page, HasSubstr(name));
    for (std::size_t i = 0; i < static_cast<std::size_t>(track::Timeout::count); ++i) {
        const auto name = track::policy_name(static_cast<track::Timeout>(i));
        EXPECT_THAT(page, HasSubstr(fmt::format("`{}`", name)));
    }
}

TEST(Network, DebugModeOpensEveryKnob) {
    for (const auto& name : track::Settings::names()) {
        SCOPED_TRACE(name);
        const auto c = made(fmt::format("mode = [\"router\", \"debug\"]\n{}[sysctl]\n\"{}\" = {}\n", two_legs,
                                        name, name == "track.pickup" ? "\"linux\"" : "1"));
        ASSERT_TRUE(c) << c.error().text();
        EXPECT_TRUE(c->tracking.debug);
    }
}

TEST(Network, TimeoutsHavePolicies) {
    const auto c = made(std::string(two_legs) +
                        "[timeout.short]\ntcp.established = 60\n[timeout.default]\nudp.replied = 77\n");
    ASSERT_TRUE(c) << c.error().text();
    const auto& tracking = c->tracking;
    EXPECT_EQ(tracking.timeouts[track::Timeout::udp_stream], 77 * second);
    EXPECT_EQ(tracking.timeouts[track::Timeout::tcp_established], 432'000 * second);
    ASSERT_EQ(tracking.policy("short"), 1);
    EXPECT_EQ(tracking.policies[0][track::Timeout::tcp_established], 60 * second);
    EXPECT_EQ(tracking.policies[0][track::Timeout::udp_stream], 77 * second);
    EXPECT_EQ(tracking.policy("long"), 0);
}

struct Mistake {
    const char* name;
    std::string text;
    const char* complaint;
};

class NetworkMistakes : public testing::TestWithParam<Mistake> {};

TEST_P(NetworkMistakes, AreNamedWithTheirPlace) {
    const auto c = made(GetParam().text);
    ASSERT_FALSE(c);
    EXPECT_THAT(c.error().text(), HasSubstr(GetParam().complaint));
}

const std::string good = two_legs;

INSTANTIATE_TEST_SUITE_P(
    Texts, NetworkMistakes,
    testing::Values(
        Mistake{"no_toml", "[[interface", "net.toml:1:"},
        Mistake{"no_interface", "", "expected at least one [[interface]]"},
        Mistake{"unknown_key", "ruotes = []\n" + good,
                "net.toml:1:1: there is no setting `ruotes` here; did you mean `routes`?"},
        Mistake{"unknown_interface_key", good + "adress = \"10.0.0.1/8\"\n",
                "net.toml:11:1: there is no setting `adress` here; did you mean `address`?"},
        Mistake{"bridge", "mode = \"bridge\"\n" + good, "net.toml:1:8: there is no bridge here yet"},
        Mistake{"no_mac", "[[interface]]\nname = \"lan\"\n", "needs a `mac`"},
        Mistake{"address", good + "neighbours = { \"10.0.0.400\" = \"02:00:00:00:00:01\" }\n",
                "net.toml:11:16: interface `wan`: `10.0.0.400` isn't an address"},
        Mistake{"length",
                "[[interface]]\nname = \"a\"\nmac = \"02:00:00:00:00:01\"\naddress = \"10.0.0.1/33\"\n",
                "net.toml:4:11: expected an address with its length"},
        Mistake{"twice", good + "[[interface]]\nname = \"lan\"\nmac = \"02:00:00:00:00:01\"\n",
                "net.toml:12:8: interface `lan` is there twice"},
        Mistake{"mtu", good + "[[interface]]\nname = \"a\"\nmac = \"02:00:00:00:00:01\"\nmtu = 40\n",
                "net.toml:14:7: `mtu`: expected a number from 68 to 65535"},
        Mistake{"route", "routes = [\"default via 192.0.2.254 dev wam\"]\n" + good, "net.toml:1:11: "},
        Mistake{"rule", "rules = [\"fwmark x table 5\"]\n" + good, "net.toml:1:10: "},
        Mistake{"up", good + "up = 1\n", "net.toml:11:6: `up`: expected true or false"},
        Mistake{"sysctl", good + "[sysctl]\n\"net.ipv4.ip_default_tll\" = 1\n",
                "net.toml:12:1: there is no tunable `net.ipv4.ip_default_tll` here; did you mean"},
        Mistake{"sysctl_interface", good + "[sysctl]\n\"net/ipv4/conf/lam/rp_filter\" = 1\n",
                "net.toml:12:1: sysctl `net/ipv4/conf/lam/rp_filter`: there is no interface `lam`"},
        Mistake{"setting", good + "[engine]\nsede = 1\n",
                "net.toml:12:1: the engine has no setting `sede`; did you mean `seed`?"},
        Mistake{"setting_value", good + "[engine]\nraw_before_defrag = 2\n",
                "net.toml:12:1: `raw_before_defrag`: expected true or false (1 or 0), got `2`"},
        Mistake{"setting_text", good + "[engine]\nseed = \"x\"\n",
                "net.toml:12:1: `seed`: expected a number from 0"},
        Mistake{"setting_list", good + "[engine]\nseed = []\n",
                "net.toml:12:8: `seed`: expected a number, true, false or a word"},
        Mistake{"mode", "mode = \"fast\"\n" + good, "net.toml:1:8: `mode`: expected \"router\", \"normal\""},
        Mistake{"knob", good + "[sysctl]\n\"net.netfilter.nf_conntrack_tcp_loose\" = 0\n",
                "net.toml:12:1: `net.netfilter.nf_conntrack_tcp_loose` is a knob of debug mode; `mode = "
                "\"debug\"` "
                "opens it"},
        Mistake{"knob_timeout",
                good + "[sysctl]\n\"net.netfilter.nf_conntrack_tcp_timeout_established\" = 60\n",
                "`mode = \"debug\"` opens it; `tcp.established` under [timeout.default] sets it in any mode"},
        Mistake{"knob_count", good + "[sysctl]\n\"net.netfilter.nf_conntrack_count\" = 1\n",
                "it can't be set"},
        Mistake{"pickup", good + "[sysctl]\n\"track.pickup\" = \"guess\"\n",
                "net.toml:12:1: track.pickup: expected learn or linux, got `guess`"},
        Mistake{"timeout", good + "[timeout.default]\ntcp.estblished = 60\n",
                "net.toml:12:5: timeout policy `default`: there is no timeout `tcp.estblished`; did you mean "
                "`tcp.established`?"},
        Mistake{"timeout_value", good + "[timeout.short]\nudp.replied = \"long\"\n",
                "net.toml:12:15: `udp.replied`: expected a number of seconds"},
        Mistake{"timeout_shape", good + "[timeout.short]\nudp = 10\n",
                "net.toml:12:7: expected a protocol's timeout"},
        Mistake{"policy_name", good + "[timeout.this-name-is-longer-than-linux-has]\nudp.replied = 9\n",
                "a timeout policy has a name of 1 to 31 characters"}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace gatehouse::network

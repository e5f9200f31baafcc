#include "oracle/kernel_network.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/checksum.h"

namespace gatehouse::oracle {
namespace {

using testing::HasSubstr;
using testing::Not;

const Mac lan_mac{{2, 0, 0, 0, 1, 1}};
const Mac wan_mac{{2, 0, 0, 0, 2, 1}};
const Mac host_mac{{2, 0, 0, 0, 1, 2}};
const Mac peer_mac{{2, 0, 0, 0, 2, 2}};

Network two_ports() {
    return {
        .ports = {{.name = "lan",
                   .mac = lan_mac,
                   .addresses = {"192.0.2.1/24", "2001:db8:1::1/64"},
                   .neighbours = {{"192.0.2.2", host_mac}, {"2001:db8:1::2", host_mac}}},
                  {.name = "wan",
                   .mac = wan_mac,
                   .addresses = {"198.51.100.1/24", "2001:db8:2::1/64"},
                   .neighbours = {{"198.51.100.2", peer_mac}, {"2001:db8:2::2", peer_mac}}}},
        .routes = {"203.0.113.0/24 via 198.51.100.2", "2001:db8:3::/64 via 2001:db8:2::2"},
    };
}

// One family's view of two_ports().
struct Side {
    Family family;
    std::string host;   // behind lan
    std::string far;    // behind the route over wan
    std::string table;  // "icmp-port-unreachable" and so on
    std::string reject;
};

const Side sides[] = {
    {Family::ipv4, "192.0.2.2", "203.0.113.9", "iptables", "icmp-port-unreachable"},
    {Family::ipv6, "2001:db8:1::2", "2001:db8:3::9", "ip6tables", "icmp6-port-unreachable"}};

// A UDP packet from the host to the far end, as lan receives it.
std::vector<std::uint8_t> udp(const Side& side, std::uint16_t port) {
    const Address from = *parse_address(side.host, side.family);
    const Address to = *parse_address(side.far, side.family);
    const bool v4 = is_v4(side.family);
    const std::size_t address = v4 ? 4 : 16;
    const std::size_t l4 = 14 + (v4 ? 20 : 40);
    std::vector<std::uint8_t> f(l4 + 12);
    lan_mac.store(f.data());
    host_mac.store(f.data() + 6);
    store_be16(&f[12], v4 ? 0x0800 : 0x86dd);
    f[14] = v4 ? 0x45 : 0x60;
    store_be16(&f[v4 ? 16 : 18], v4 ? 32 : 12);
    f[v4 ? 22 : 21] = 64;
    f[v4 ? 23 : 20] = 17;
    const std::size_t addresses = v4 ? 26 : 22;
    from.store(&f[addresses], side.family);
    to.store(&f[addresses + address], side.family);
    if (v4) store_be16(&f[24], checksum::finish(checksum::add(Bytes(f).subspan(14, 20))));
    store_be16(&f[l4], 4000);
    store_be16(&f[l4 + 2], port);
    store_be16(&f[l4 + 4], 12);
    const std::uint64_t pseudo = checksum::add(Bytes(f).subspan(addresses, 2 * address)) + 17 + 12;
    store_be16(&f[l4 + 6], checksum::finish(checksum::add(Bytes(f).subspan(l4), pseudo)));
    return f;
}

// The same as wan hands it on.
std::vector<std::uint8_t> forwarded(const Side& side, std::vector<std::uint8_t> f) {
    peer_mac.store(f.data());
    wan_mac.store(f.data() + 6);
    if (is_v4(side.family)) {
        --f[22];
        store_be16(&f[24], 0);
        store_be16(&f[24], checksum::finish(checksum::add(Bytes(f).subspan(14, 20))));
    } else {
        --f[21];
    }
    return f;
}

std::string own_namespace() {
    char text[64];
    const ssize_t n = ::readlink("/proc/thread-self/ns/net", text, sizeof text);
    return {text, static_cast<std::size_t>(n > 0 ? n : 0)};
}

class KernelNetwork : public testing::TestWithParam<Side> {
  protected:
    void SetUp() override { start({}); }
    void start(const KernelSetup& setup) {
        if (auto usable = Kernel::available(setup.tool); !usable) GTEST_SKIP() << usable.error().text();
        auto started = Kernel::start(two_ports(), setup);
        ASSERT_TRUE(started) << started.error().text();
        kernel_ = std::move(*started);
    }
    std::vector<LeftFrame> inject(const std::vector<std::uint8_t>& frame, std::string_view port = "lan") {
        auto left = kernel_->inject(port, frame);
        EXPECT_TRUE(left) << left.error().text();
        return left ? *left : std::vector<LeftFrame>{};
    }
    void load(std::string_view text) {
        auto loaded = kernel_->load(GetParam().family, text);
        ASSERT_TRUE(loaded) << loaded.error().text();
    }
    std::string counters() { return kernel_->counters(GetParam().family).value_or("failed"); }

    std::unique_ptr<Kernel> kernel_;
};

TEST_P(KernelNetwork, ForwardsByteForByte) {
    const std::string before = own_namespace();
    const auto frame = udp(GetParam(), 53);
    const auto left = inject(frame);
    ASSERT_EQ(left.size(), 1u);
    EXPECT_EQ(left[0].port, "wan");
    EXPECT_EQ(left[0].bytes, forwarded(GetParam(), frame));
    EXPECT_EQ(own_namespace(), before);
}

TEST_P(KernelNetwork, AppliesRulesAndCounts) {
    load(
        "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n"
        "[5:500] -A FORWARD -p udp -m udp --dport 53 -j DROP\nCOMMIT\n");
    const std::size_t length = udp(GetParam(), 53).size() - 14;
    EXPECT_TRUE(inject(udp(GetParam(), 53)).empty());
    EXPECT_EQ(inject(udp(GetParam(), 54)).size(), 1u);
    EXPECT_EQ(counters(), "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [1:" + std::to_string(length) +
                              "]\n:OUTPUT ACCEPT [0:0]\n[6:" + std::to_string(500 + length) +
                              "] -A FORWARD -p udp -m udp --dport 53 -j DROP\nCOMMIT\n");
}

TEST_P(KernelNetwork, AnswersComeBackThroughThePortOfTheSender) {
    load("*filter\n-A FORWARD -j REJECT --reject-with " + GetParam().reject + "\nCOMMIT\n");
    const auto left = inject(udp(GetParam(), 53));
    ASSERT_EQ(left.size(), 1u);
    EXPECT_EQ(left[0].port, "lan");
    EXPECT_EQ(Mac::load(left[0].bytes.data()), host_mac);
}

TEST_P(KernelNetwork, ALoadReplacesEveryTableAndItsState) {
    load(
        "*mangle\n:FORWARD DROP [7:7]\nCOMMIT\n*filter\n:ours - [0:0]\n"
        "-A FORWARD -m recent --name seen --update -j DROP\n-A FORWARD -m recent --name seen "
        "--set\nCOMMIT\n");
    EXPECT_TRUE(inject(udp(GetParam(), 53)).empty());
    const std::string second =
        "*filter\n-A FORWARD -m recent --name seen --update -j DROP\n"
        "-A FORWARD -m recent --name seen --set\nCOMMIT\n";
    load(second);
    EXPECT_EQ(inject(udp(GetParam(), 53)).size(), 1u);
    EXPECT_TRUE(inject(udp(GetParam(), 53)).empty());
    EXPECT_THAT(counters(), Not(HasSubstr("ours")));
    EXPECT_THAT(counters(), Not(HasSubstr("mangle")));
    load(second);
    EXPECT_EQ(inject(udp(GetParam(), 53)).size(), 1u) << "the list `seen` outlived its rules";
}

TEST_P(KernelNetwork, ARefusedRulesetLeavesNoRules) {
    load("*filter\n-A FORWARD -j DROP\nCOMMIT\n");
    const auto loaded =
        kernel_->load(GetParam().family, "*raw\n-A PREROUTING -j DROP\nCOMMIT\n*filter\n-A FORWARD --no\n");
    ASSERT_FALSE(loaded);
    EXPECT_THAT(loaded.error().text(), HasSubstr("--no"));
    EXPECT_EQ(inject(udp(GetParam(), 53)).size(), 1u);
    EXPECT_EQ(counters(), "");
}

TEST_P(KernelNetwork, NftToolSpeaksTheSame) {
    start({.tool = Tool::iptables_nft});
    if (IsSkipped() || HasFatalFailure()) return;
    load("*filter\n-A FORWARD -p udp -m udp --dport 53 -j DROP\nCOMMIT\n");
    EXPECT_TRUE(inject(udp(GetParam(), 53)).empty());
    EXPECT_THAT(counters(), HasSubstr("[1:"));
    load("*mangle\n-A FORWARD -p udp -m udp --dport 54 -j DROP\nCOMMIT\n");
    EXPECT_EQ(inject(udp(GetParam(), 53)).size(), 1u);
    EXPECT_THAT(counters(), Not(HasSubstr("*filter")));
}

TEST_P(KernelNetwork, KeepsVlanTagsInTheFrame) {
    start({.commands = {
               {"ip", "link", "add", "br0", "type", "bridge", "forward_delay", "0", "mcast_snooping", "0"},
               {"ip", "link", "set", "lan", "master", "br0"},
               {"ip", "link", "set", "wan", "master", "br0"},
               {"ip", "link", "set", "br0", "up"},
           }});
    if (IsSkipped() || HasFatalFailure()) return;
    auto frame = udp(GetParam(), 53);
    peer_mac.store(frame.data());
    const std::uint8_t tags[] = {0x88, 0xa8, 0, 7, 0x81, 0, 0x20, 9};
    frame.insert(frame.begin() + 12, std::begin(tags), std::end(tags));
    const auto left = inject(frame);
    ASSERT_EQ(left.size(), 1u);
    EXPECT_EQ(left[0].port, "wan");
    EXPECT_EQ(left[0].bytes, frame);
}

TEST_P(KernelNetwork, NetworksDoNotMeet) {
    auto other = Kernel::start(two_ports());
    ASSERT_TRUE(other) << other.error().text();
    load("*filter\n-A FORWARD -j DROP\nCOMMIT\n");
    EXPECT_TRUE(inject(udp(GetParam(), 53)).empty());
    EXPECT_EQ((*other)->inject("lan", udp(GetParam(), 53))->size(), 1u);
    EXPECT_TRUE(kernel_->collect()->empty());
}

TEST_P(KernelNetwork, SaysWhatIsWrongWithAFrame) {
    EXPECT_THAT(kernel_->inject("dmz", udp(GetParam(), 53)).error().text(), HasSubstr("no port `dmz`"));
    EXPECT_THAT(kernel_->inject("lan", std::vector<std::uint8_t>(5)).error().text(), HasSubstr("5 bytes"));
}

INSTANTIATE_TEST_SUITE_P(Families, KernelNetwork, testing::ValuesIn(sides),
                         [](const auto& row) { return is_v4(row.param.family) ? "ipv4" : "ipv6"; });

struct BadNetwork {
    std::string name;
    void (*spoil)(Network&, KernelSetup&);
    std::string complaint;
};

class KernelNetworkErrors : public testing::TestWithParam<BadNetwork> {};

TEST_P(KernelNetworkErrors, AreNamed) {
    if (auto usable = Kernel::available(); !usable) GTEST_SKIP() << usable.error().text();
    Network network = two_ports();
    KernelSetup setup;
    GetParam().spoil(network, setup);
    const auto started = Kernel::start(network, setup);
    ASSERT_FALSE(started);
    EXPECT_THAT(started.error().text(), HasSubstr(GetParam().complaint));
}

INSTANTIATE_TEST_SUITE_P(
    Networks, KernelNetworkErrors,
    testing::Values(
        BadNetwork{"no_ports", [](Network& n, KernelSetup&) { n.ports.clear(); }, "no ports"},
        BadNetwork{"long_name", [](Network& n, KernelSetup&) { n.ports[0].name = "sixteen-letters-"; },
                   "up to 15 characters"},
        BadNetwork{"two_lines", [](Network& n, KernelSetup&) { n.routes.push_back("default\nlink del lan"); },
                   "can't take"},
        BadNetwork{"same_name", [](Network& n, KernelSetup&) { n.ports[1].name = "lan"; }, "exists"},
        BadNetwork{"unreachable_gateway",
                   [](Network& n, KernelSetup&) { n.routes.push_back("default via 10.9.9.9"); },
                   "`ip route add default via 10.9.9.9`"},
        BadNetwork{"bad_rule", [](Network& n, KernelSetup&) { n.rules.push_back("-6 fwmark x table 5"); },
                   "rule add fwmark x table 5"},
        BadNetwork{"no_such_sysctl",
                   [](Network& n, KernelSetup&) { n.sysctls.push_back({"net.ipv4.nothing", "1"}); },
                   "net.ipv4.nothing"},
        BadNetwork{"bad_command",
                   [](Network&, KernelSetup& s) { s.commands = {{"ip", "link", "del", "dmz"}}; }, "dmz"}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace gatehouse::oracle

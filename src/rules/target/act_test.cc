// What the targets that alter packets do to them.
#include <gtest/gtest.h>
#include <netinet/in.h>

#include "hook/interfaces.h"
#include "packet/edit.h"
#include "packet/pool.h"
#include "route/router.h"
#include "rules/match/testing.h"

namespace gatehouse::rules {
namespace {

using testing::Frame;
using testing::read_match;
using testing::read_target;
using testing::Rule;
using testing::Runner;

constexpr Family families[] = {Family::ipv4, Family::ipv6};

class Recorder final : public TraceSink {
  public:
    void trace(const TraceEvent& event) override { events.push_back(event); }
    std::vector<TraceEvent> events;
};

Interfaces two_interfaces() {
    Interfaces interfaces;
    interfaces.add({.name = "lan",
                    .mtu = 1300,
                    .addresses = {{Family::ipv4, *parse_address("10.0.0.254", Family::ipv4), 24},
                                  {Family::ipv6, *parse_address("2001:db8::fe", Family::ipv6), 64}}});
    return interfaces;
}

class Targets : public ::testing::Test {
  protected:
    // A TCP segment with right checksums in a buffer with room on both sides.
    Packet& segment(Family family, std::string_view options, std::string_view data = "") {
        auto payload = testing::hex(
            "03e80050000000010000000050020000"
            "00000000");
        const auto extra = testing::hex(options);
        payload.insert(payload.end(), extra.begin(), extra.end());
        payload[12] = static_cast<std::uint8_t>((20 + extra.size()) / 4 << 4);
        payload.insert(payload.end(), data.begin(), data.end());
        return frame(Frame(family, {.protocol = IPPROTO_TCP}, payload).packet);
    }
    Packet& frame(const Packet& built) {
        if (packet != nullptr) pool.give_back(packet);
        packet = pool.take();
        packet->length = built.length;
        std::ranges::copy(built.bytes(), packet->data);
        parse_frame(*packet);
        edit::renew_transport_checksum(*packet);
        packet->changed = false;
        return *packet;
    }
    Outcome run(std::string_view name, std::string_view text, Rule rule = {}) {
        rule.hooks = bit(Hook::forward);
        rule.family = packet->flat.family;
        auto target = read_target(name, text, rule);
        if (!target) {
            ADD_FAILURE() << name << ' ' << text << ": " << target.error().text();
            return Outcome::stolen;
        }
        recorder.events.clear();
        packet->traced = true;
        Context context(*packet, services, Hook::forward, InterfaceId{0}, InterfaceId{0});
        Runner runner(std::move(*target));
        const StepResult result = runner(context);
        suspension = context.suspension;
        return static_cast<Outcome>(result == StepResult::next ? 0 : static_cast<int>(result) - 1);
    }
    void expect_right() const {
        EXPECT_TRUE(edit::transport_checksum_ok(*packet));
        Packet copy = *packet;
        edit::renew_network_checksum(copy);
        EXPECT_FALSE(parse_network(copy));
    }
    Bytes options() const { return packet->transport().subspan(20); }

    Interfaces interfaces = two_interfaces();
    route::Router router{interfaces};
    Recorder recorder;
    Services services{.router = &router, .interfaces = &interfaces, .trace = &recorder};
    Pool pool{PoolId{0}, 2};
    Packet* packet = nullptr;
    Suspension suspension;
};

struct Octet {
    std::string_view target, text;
    std::uint8_t before, after;
    FamilySet families = any_family;
};

TEST_F(Targets, ChangeHopCounts) {
    const Octet cases[] = {
        {"TTL", "--ttl-set 0", 64, 0, v4_only},     {"TTL", "--ttl-inc 5", 64, 69, v4_only},
        {"TTL", "--ttl-inc 200", 64, 255, v4_only}, {"TTL", "--ttl-dec 64", 64, 0, v4_only},
        {"TTL", "--ttl-dec 65", 64, 0, v4_only},    {"TTL", "--ttl-set 64", 64, 64, v4_only},
        {"HL", "--hl-set 9", 64, 9, v6_only},       {"HL", "--hl-inc 255", 1, 255, v6_only},
        {"HL", "--hl-dec 255", 254, 0, v6_only}};
    for (const Octet& c : cases) {
        SCOPED_TRACE(c.text);
        const Family family = c.families == v4_only ? Family::ipv4 : Family::ipv6;
        edit::set_ttl(segment(family, ""), c.before);
        EXPECT_EQ(run(c.target, c.text, {.table = "mangle"}), Outcome::next);
        EXPECT_EQ(packet->flat.ttl, c.after);
        EXPECT_EQ(packet->l3()[is_v4(family) ? 8 : 7], c.after);
        EXPECT_EQ(recorder.events.size(), c.before == c.after ? 0u : 1u);
        expect_right();
    }
}

TEST_F(Targets, ChangeTheTosOctet) {
    const Octet cases[] = {
        {"DSCP", "--set-dscp 0x2e", 0x03, 0xbb},         {"DSCP", "--set-dscp-class CS0", 0xff, 0x03},
        {"TOS", "--set-tos 0x10", 0xff, 0x10},           {"TOS", "--set-tos 0x0f/0x00", 0x3c, 0x33},
        {"TOS", "--and-tos 0x0f", 0x3c, 0x0c},           {"TOS", "--or-tos 0x0f", 0x30, 0x3f},
        {"TOS", "--set-tos Normal-Service", 0xff, 0xc0}, {"ECN", "--ecn-ip-ect 2", 0x01, 0x02, v4_only}};
    for (const Family family : families) {
        for (const Octet& c : cases) {
            if ((c.families & bit(family)) == 0) continue;
            SCOPED_TRACE(c.text);
            edit::set_tos(segment(family, ""), c.before);
            EXPECT_EQ(run(c.target, c.text, {.table = "mangle"}), Outcome::next);
            EXPECT_EQ(packet->flat.tos, c.after);
            ASSERT_EQ(recorder.events.size(), 1u);
            EXPECT_EQ(recorder.events[0].before, c.before);
            EXPECT_EQ(recorder.events[0].after, c.after);
            expect_right();
        }
    }
}

TEST_F(Targets, ChangeMetadata) {
    segment(Family::ipv4, "");
    run("CLASSIFY", "--set-class 1:2");
    EXPECT_EQ(packet->priority, 0x10002u);
    run("MARK", "--set-mark 0x10/0xf0");
    EXPECT_EQ(packet->mark.value, 0x10u);
    EXPECT_EQ(run("NFQUEUE", "--queue-num 7 --queue-bypass"), Outcome::queue);
    EXPECT_EQ(suspension.queue, 7);
    EXPECT_TRUE(suspension.bypass);
    EXPECT_EQ(run("NFQUEUE", "--queue-balance 3:6"), Outcome::queue);
    const auto chosen = suspension.queue;
    EXPECT_TRUE(chosen >= 3 && chosen <= 6);
    std::swap(packet->flat.source, packet->flat.destination);
    run("NFQUEUE", "--queue-balance 3:6");
    EXPECT_EQ(suspension.queue, chosen);
}

TEST_F(Targets, CompleteAPartialChecksum) {
    segment(Family::ipv4, "");
    packet->checksum = ChecksumState::partial;
    packet->checksum_start = packet->flat.l4;
    packet->checksum_offset = 16;
    edit::renew_transport_checksum(*packet);
    run("CHECKSUM", "--checksum-fill");
    EXPECT_EQ(packet->checksum, ChecksumState::good);
    packet->checksum = ChecksumState::unknown;
    expect_right();
}

TEST_F(Targets, ClearTcpsCongestionBits) {
    const Rule rule{.protocol = IPPROTO_TCP, .table = "mangle"};
    segment(Family::ipv4, "");
    edit::set_transport16(*packet, 12, 0x50c2);
    run("ECN", "--ecn-tcp-ece 0", rule);
    EXPECT_EQ(packet->flat.tcp_flags, 0x82);
    run("ECN", "--ecn-tcp-ece 1 --ecn-tcp-cwr 0", rule);
    EXPECT_EQ(packet->flat.tcp_flags, 0x42);
    run("ECN", "--ecn-tcp-remove", rule);
    EXPECT_EQ(packet->flat.tcp_flags, 0x02);
    expect_right();
}

TEST_F(Targets, StripTcpOptions) {
    struct {
        std::string_view text, before, after;
    } const cases[] = {{"2", "020405b401030307", "0101010101030307"},
                       {"3", "020405b401030307", "020405b401010101"},
                       {"2,3", "01020405b4030300", "0101010101010101"},
                       {"wscale", "030307000205b400", "010101000205b400"},
                       {"8", "020405b4080a0000", "020405b4080a0000"}};
    for (const Family family : families) {
        for (const auto& c : cases) {
            SCOPED_TRACE(c.before);
            segment(family, c.before);
            run("TCPOPTSTRIP", "--strip-options " + std::string(c.text),
                {.protocol = IPPROTO_TCP, .table = "mangle"});
            EXPECT_TRUE(std::ranges::equal(options(), testing::hex(c.after)));
            expect_right();
        }
    }
}

TEST_F(Targets, LowerTheSegmentSize) {
    const std::vector<Extension> matches{*read_match("tcp", "--syn", {.protocol = IPPROTO_TCP})};
    const Rule rule{.protocol = IPPROTO_TCP, .table = "mangle", .matches = &matches};
    struct {
        std::string_view text, before, data, after4, after6;
    } const cases[] = {
        {"--set-mss 1000", "020405b4", "", "020403e8", "020403e8"},
        {"--set-mss 1000", "01020405b4010101", "", "01020403e8010101", "01020403e8010101"},
        {"--set-mss 1000", "02040200", "", "02040200", "02040200"},
        {"--set-mss 1400", "", "", "02040218", "020404c4"},
        {"--set-mss 500", "03030700", "", "020401f403030700", "020401f403030700"},
        {"--set-mss 500", "", "data", "64617461", "64617461"},
        {"--clamp-mss-to-pmtu", "020405b4", "", "020404ec", "020404d8"},
    };
    for (const Family family : families) {
        for (const auto& c : cases) {
            SCOPED_TRACE(std::string(c.text) + " " + std::string(c.before));
            segment(family, c.before, c.data);
            EXPECT_EQ(run("TCPMSS", c.text, rule), Outcome::next);
            EXPECT_TRUE(std::ranges::equal(options(), testing::hex(is_v4(family) ? c.after4 : c.after6)));
            expect_right();
        }
        segment(family, std::string(80, '1'));
        run("TCPMSS", "--set-mss 500", rule);
        EXPECT_EQ(packet->transport().size(), 60u);
        segment(family, "");
        packet->l4()[12] = 0x40;
        EXPECT_EQ(run("TCPMSS", "--set-mss 500", rule), Outcome::drop);
    }
}

}  // namespace
}  // namespace gatehouse::rules

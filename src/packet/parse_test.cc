#include "packet/parse.h"

#include <functional>
#include <gtest/gtest.h>

#include "base/random.h"
#include "packet/reason.h"
#include "packet/test_frame.h"

namespace gatehouse {
namespace {

using wire::PacketBuilder;
namespace protocol = wire::protocol;

const Address a4 = *parse_address("192.0.2.1", Family::ipv4);
const Address b4 = *parse_address("198.51.100.2", Family::ipv4);

Address v6(const char* text) { return *parse_address(text, Family::ipv6); }

PacketBuilder& ip(PacketBuilder& b, Family family) {
    if (is_v4(family)) return b.ipv4({.source = a4, .destination = b4, .ttl = 61, .tos = 0x2e});
    return b.ipv6({.source = v6("2001:db8::1"),
                   .destination = v6("2001:db8::2"),
                   .hop_limit = 61,
                   .traffic_class = 0x2e});
}

struct Seen {
    const char* name;
    std::function<void(PacketBuilder&)> build;
    std::uint8_t protocol;
    Transport transport;
    std::uint16_t sport = 0, dport = 0;
};

class TransportOf : public testing::TestWithParam<std::tuple<Seen, Family>> {};

TEST_P(TransportOf, IsSeenAfterIpv4AndIpv6) {
    const auto& [seen, family] = GetParam();
    PacketBuilder b;
    b.ethernet({});
    seen.build(ip(b, family));
    TestFrame f(b.pad_to(60).finish());
    const Parsed parsed = parse_frame(f.packet);
    ASSERT_FALSE(parsed.finding);
    EXPECT_EQ(parsed.ethertype, is_v4(family) ? 0x0800 : 0x86dd);
    const Flat& flat = f.packet.flat;
    EXPECT_TRUE(flat.network);
    EXPECT_EQ(flat.family, family);
    EXPECT_EQ(flat.source, is_v4(family) ? a4 : v6("2001:db8::1"));
    EXPECT_EQ(flat.destination, is_v4(family) ? b4 : v6("2001:db8::2"));
    EXPECT_EQ(flat.ttl, 61);
    EXPECT_EQ(flat.tos, 0x2e);
    EXPECT_EQ(flat.protocol, seen.protocol);
    EXPECT_EQ(flat.transport, seen.transport);
    EXPECT_EQ(flat.sport, seen.sport);
    EXPECT_EQ(flat.dport, seen.dport);
    EXPECT_EQ(flat.l3, 14);
    EXPECT_EQ(flat.l4, is_v4(family) ? 34 : 54);
    EXPECT_FALSE(flat.fragmented);
    EXPECT_FALSE(flat.extensions_broken());
}

// A transport header cut down to its `count` first bytes, which begin 0x0102 0x0304.
std::function<void(PacketBuilder&)> cut(std::uint8_t number, std::size_t count) {
    return [number, count](PacketBuilder& b) {
        const std::array<std::uint8_t, 20> bytes{1, 2, 3, 4};
        b.unknown(number).payload(Bytes(bytes).first(count));
    };
}

INSTANTIATE_TEST_SUITE_P(
    Packet, TransportOf,
    testing::Combine(
        testing::Values(Seen{"tcp", [](PacketBuilder& b) { b.tcp({.source = 1, .destination = 2}); }, 6,
                             Transport::whole, 1, 2},
                        Seen{"udp", [](PacketBuilder& b) { b.udp({.source = 1, .destination = 2}); }, 17,
                             Transport::whole, 1, 2},
                        Seen{"udplite", [](PacketBuilder& b) { b.udplite({.source = 1, .destination = 2}); },
                             136, Transport::whole, 1, 2},
                        Seen{"sctp", [](PacketBuilder& b) { b.sctp({.source = 1, .destination = 2}); }, 132,
                             Transport::whole, 1, 2},
                        Seen{"dccp", [](PacketBuilder& b) { b.dccp({.source = 1, .destination = 2}); }, 33,
                             Transport::whole, 1, 2},
                        Seen{"gre", [](PacketBuilder& b) { b.gre({}); }, 47, Transport::none},
                        Seen{"esp", [](PacketBuilder& b) { b.esp({}); }, 50, Transport::none},
                        Seen{"nothing", [](PacketBuilder&) {}, 59, Transport::none},
                        Seen{"tcp_cut", cut(6, 19), 6, Transport::truncated, 0x0102, 0x0304},
                        Seen{"udp_cut", cut(17, 7), 17, Transport::truncated, 0x0102, 0x0304},
                        Seen{"udp_cut_in_ports", cut(17, 3), 17, Transport::truncated},
                        Seen{"sctp_cut", cut(132, 11), 132, Transport::truncated, 0x0102, 0x0304},
                        Seen{"tcp_absent", cut(6, 0), 6, Transport::truncated}),
        testing::Values(Family::ipv4, Family::ipv6)),
    [](const auto& c) {
        return std::string(std::get<0>(c.param).name) + (is_v4(std::get<1>(c.param)) ? "_v4" : "_v6");
    });

TEST(ParseFrame, TellsTypesOfEachFamilysIcmpOnly) {
    struct Case {
        Family family;
        bool six;
        Transport transport;
    };
    for (const Case& c :
         {Case{Family::ipv4, false, Transport::whole}, Case{Family::ipv4, true, Transport::none},
          Case{Family::ipv6, false, Transport::none}, Case{Family::ipv6, true, Transport::whole}}) {
        PacketBuilder b;
        ip(b.ethernet({}), c.family);
        if (c.six) {
            b.icmpv6({.type = 3, .code = 4});
        } else {
            b.icmp({.type = 3, .code = 4});
        }
        TestFrame f(b.finish());
        ASSERT_FALSE(parse_frame(f.packet).finding);
        EXPECT_EQ(f.packet.flat.transport, c.transport);
        EXPECT_EQ(f.packet.flat.sport, c.transport == Transport::whole ? 3 : 0);
        EXPECT_EQ(f.packet.flat.dport, c.transport == Transport::whole ? 4 : 0);
    }
}

struct Bad {
    const char* name;
    std::function<std::vector<std::uint8_t>()> frame;
    Reason reason;
    Numbers numbers{};
};

std::vector<std::uint8_t> good4() {
    PacketBuilder b;
    return ip(b.ethernet({}), Family::ipv4).udp({}).payload("abcd").build();
}
std::vector<std::uint8_t> good6() {
    PacketBuilder b;
    return ip(b.ethernet({}), Family::ipv6).udp({}).payload("abcd").build();
}
std::vector<std::uint8_t> first(std::vector<std::uint8_t> frame, std::size_t count) {
    frame.resize(count);
    return frame;
}
std::vector<std::uint8_t> with(std::vector<std::uint8_t> frame, std::size_t at, std::uint8_t value) {
    frame[at] = value;
    return frame;
}
std::vector<std::uint8_t> v4(wire::Ipv4 fields) {
    PacketBuilder b;
    return b.ethernet({.type = 0x0800}).ipv4(fields).udp({}).build();
}
std::vector<std::uint8_t> addressed(const char* source, const char* destination) {
    PacketBuilder b;
    return b.ethernet({}).ipv6({.source = v6(source), .destination = v6(destination)}).udp({}).build();
}
std::vector<std::uint8_t> hop(std::vector<std::uint8_t> options, const char* destination = "2001:db8::2",
                              std::optional<std::uint16_t> payload_length = {}) {
    PacketBuilder b;
    return b.ethernet({})
        .ipv6({.source = v6("2001:db8::1"), .destination = v6(destination), .payload_length = payload_length})
        .hop_by_hop({.body = options})
        .udp({})
        .build();
}
constexpr std::uint32_t answer(OptionAnswer a) { return static_cast<std::uint32_t>(a); }

const Bad bad_frames[] = {
    {"empty", [] { return std::vector<std::uint8_t>{}; }, Reason::frame_too_short, {0, 14}},
    {"short_ethernet", [] { return first(good4(), 13); }, Reason::frame_too_short, {13, 14}},
    {"short_tag",
     [] {
         PacketBuilder b;
         return first(b.ethernet({}).vlan({}).build(), 17);
     },
     Reason::frame_too_short,
     {17, 18}},
    {"third_tag",
     [] {
         PacketBuilder b;
         return b.ethernet({}).vlan({.id = 1}).vlan({.id = 2}).vlan({.id = 3}).ipv4({}).build();
     },
     Reason::vlan_without_device,
     {3}},
    {"v4_header_cut", [] { return first(good4(), 33); }, Reason::ip_header_truncated, {19, 20}},
    {"v4_options_cut",
     [] { return first(v4({.header_words = 15}), 14 + 28); },
     Reason::ip_header_truncated,
     {28, 60}},
    {"v4_version", [] { return v4({.version = 6}); }, Reason::ip_bad_version, {6}},
    {"v4_header_length", [] { return v4({.header_words = 4}); }, Reason::ip_bad_header_length, {16}},
    {"v4_checksum", [] { return with(good4(), 14 + 8, 62); }, Reason::ip_bad_checksum},
    {"v4_total_past_end", [] { return first(good4(), 14 + 31); }, Reason::ip_bad_total_length, {32, 31}},
    {"v4_total_in_header", [] { return v4({.total_length = 19}); }, Reason::ip_bad_total_length, {19, 28}},
    {"v4_total_zero", [] { return v4({.total_length = 0}); }, Reason::ip_bad_total_length, {0, 28}},
    {"v6_header_cut", [] { return first(good6(), 14 + 39); }, Reason::ip6_header_truncated, {39, 40}},
    {"v6_version", [] { return with(good6(), 14, 0x40); }, Reason::ip_bad_version, {4}},
    {"v6_length_past_end", [] { return first(good6(), 14 + 51); }, Reason::ip_bad_total_length, {52, 51}},
    {"v6_from_loopback", [] { return addressed("::1", "2001:db8::2"); }, Reason::loopback_on_wire},
    {"v6_to_loopback", [] { return addressed("2001:db8::2", "::1"); }, Reason::loopback_on_wire},
    {"v6_from_multicast", [] { return addressed("ff02::1", "2001:db8::2"); }, Reason::martian_source},
    {"v6_to_reserved_scope", [] { return addressed("fe80::1", "ff00::1"); }, Reason::martian_destination},
    {"v6_to_interface_scope", [] { return addressed("fe80::1", "ff01::1"); }, Reason::martian_destination},
    {"hop_header_cut",
     [] {
         PacketBuilder b;
         return b.ethernet({}).ipv6({}).hop_by_hop({.length = 9}).build();
     },
     Reason::ip6_bad_extension,
     {0, 40}},
    {"hop_discard", [] { return hop({0x40, 0}); }, Reason::ip6_bad_hop_option, {0x40, 42, 0}},
    {"hop_problem",
     [] { return hop({0x80, 0}); },
     Reason::ip6_bad_hop_option,
     {0x80, 42, answer(OptionAnswer::unknown_option)}},
    {"hop_problem_to_unicast",
     [] { return hop({1, 0, 0xc0, 0}); },
     Reason::ip6_bad_hop_option,
     {0xc0, 44, answer(OptionAnswer::unknown_option)}},
    {"hop_problem_to_multicast",
     [] { return hop({0xc0, 0}, "ff02::1"); },
     Reason::ip6_bad_hop_option,
     {0xc0, 42, 0}},
    {"hop_problem_always",
     [] { return hop({0x80, 0}, "ff02::1"); },
     Reason::ip6_bad_hop_option,
     {0x80, 42, answer(OptionAnswer::unknown_option)}},
    {"hop_alert_length", [] { return hop({5, 1, 0}); }, Reason::ip6_bad_hop_option, {5, 42, 0}},
    {"hop_option_past_end", [] { return hop({3, 5, 0, 0}); }, Reason::ip6_bad_hop_option, {3, 42, 0}},
    {"hop_padding_too_long",
     [] { return hop({1, 6, 0, 0, 0, 0, 0, 0}); },
     Reason::ip6_bad_hop_option,
     {1, 42, 0}},
    {"hop_padding_not_zero", [] { return hop({1, 4, 0, 0, 1, 0}); }, Reason::ip6_bad_hop_option, {1, 42, 0}},
    {"hop_nine_options",
     [] {
         std::vector<std::uint8_t> nine;
         for (int i = 0; i < 9; ++i) nine.insert(nine.end(), {0x1e, 0});
         return hop(nine);
     },
     Reason::ip6_bad_hop_option,
     {0x1e, 58, 0}},
    {"jumbo", [] { return hop({0xc2, 4, 0, 1, 0, 0}, "2001:db8::2", 0); }, Reason::ip6_jumbo_unsupported},
    {"jumbo_too_small",
     [] { return hop({0xc2, 4, 0, 0, 0xff, 0xff}, "2001:db8::2", 0); },
     Reason::ip6_bad_hop_option,
     {0xc2, 44, answer(OptionAnswer::bad_header_field)}},
    {"jumbo_with_length",
     [] { return hop({0xc2, 4, 0, 1, 0, 0}); },
     Reason::ip6_bad_hop_option,
     {0xc2, 42, answer(OptionAnswer::bad_header_field)}},
    {"jumbo_misaligned",
     [] { return hop({0, 0xc2, 4, 0, 1, 0, 0}); },
     Reason::ip6_bad_hop_option,
     {0xc2, 43, 0}},
};

class BadFrame : public testing::TestWithParam<Bad> {};

TEST_P(BadFrame, IsRefusedWithItsReason) {
    const Bad& bad = GetParam();
    TestFrame f(bad.frame(), 0, 0);
    const Finding finding = parse_frame(f.packet).finding;
    EXPECT_EQ(name(finding.reason), name(bad.reason));
    if (bad.reason != Reason::ip_bad_checksum) {
        EXPECT_EQ(finding.numbers, bad.numbers) << words(finding.reason, finding.numbers);
    }
}

INSTANTIATE_TEST_SUITE_P(Packet, BadFrame, testing::ValuesIn(bad_frames),
                         [](const auto& c) { return std::string(c.param.name); });

struct Good {
    const char* name;
    std::function<std::vector<std::uint8_t>()> frame;
};

class GoodHopOptions : public testing::TestWithParam<Good> {};

TEST_P(GoodHopOptions, AreTakenAndReadPast) {
    TestFrame f(GetParam().frame(), 0, 0);
    const Finding finding = parse_frame(f.packet).finding;
    ASSERT_FALSE(finding) << words(finding.reason, finding.numbers);
    EXPECT_EQ(f.packet.flat.protocol, 17);
    EXPECT_EQ(f.packet.flat.transport, Transport::whole);
}

INSTANTIATE_TEST_SUITE_P(
    Packet, GoodHopOptions,
    testing::Values(Good{"router_alert", [] { return hop({5, 2, 0, 0}); }},
                    Good{"unknown_ignored", [] { return hop({0x1e, 1, 9}); }},
                    Good{"most_padding", [] { return hop({1, 5, 0, 0, 0, 0, 0, 5, 2, 0, 0}); }},
                    Good{"eight_options",
                         [] {
                             std::vector<std::uint8_t> eight;
                             for (int i = 0; i < 8; ++i) eight.insert(eight.end(), {0x1e, 0});
                             return hop(eight);
                         }},
                    Good{"no_payload_length", [] { return hop({5, 2, 0, 0}, "2001:db8::2", 0); }}),
    [](const auto& c) { return std::string(c.param.name); });

TEST(ParseFrame, TagsAreRecordedBesideThoseTheDeviceTookOff) {
    PacketBuilder b;
    b.ethernet({})
        .vlan({.id = 100, .protocol = wire::ethertype::service_vlan})
        .vlan({.id = 7, .priority = 5});
    const auto frame = ip(b, Family::ipv4).udp({.source = 9}).build();
    TestFrame f(frame);
    ASSERT_FALSE(parse_frame(f.packet).finding);
    EXPECT_EQ(f.packet.vlan_count, 2);
    EXPECT_EQ(f.packet.vlan[0].protocol, 0x88a8);
    EXPECT_EQ(f.packet.vlan[0].control, 100);
    EXPECT_EQ(f.packet.vlan[1].protocol, 0x8100);
    EXPECT_EQ(f.packet.vlan[1].control, 0xa007);
    EXPECT_EQ(f.packet.flat.l3, 22);
    EXPECT_EQ(f.packet.flat.sport, 9);

    TestFrame g(frame);
    g.packet.vlan[g.packet.vlan_count++] = {.protocol = 0x88a8, .control = 1};
    EXPECT_EQ(parse_frame(g.packet).finding.reason, Reason::vlan_without_device);
}

TEST(ParseFrame, OtherFramesGiveTheirEthertype) {
    struct Case {
        const char* name;
        std::function<void(PacketBuilder&)> build;
        std::uint16_t type;
    };
    for (const Case& c : {Case{"llc", [](PacketBuilder& b) { b.ethernet({}).llc({0x42, 0x42}); }, 0},
                          Case{"arp", [](PacketBuilder& b) { b.ethernet({}).arp({}); }, 0x0806},
                          Case{"pppoe", [](PacketBuilder& b) { b.ethernet({}).pppoe({}).ipv4({}); }, 0x8864},
                          Case{"unknown", [](PacketBuilder& b) { b.ethernet({.type = 0x88cc}); }, 0x88cc}}) {
        PacketBuilder b;
        c.build(b);
        TestFrame f(b.finish());
        const Parsed parsed = parse_frame(f.packet);
        EXPECT_FALSE(parsed.finding) << c.name;
        EXPECT_EQ(parsed.ethertype, c.type) << c.name;
        EXPECT_FALSE(f.packet.flat.network) << c.name;
        EXPECT_EQ(f.packet.flat.l3, 14) << c.name;
    }
}

TEST(ParseFrame, LinkPaddingIsNoPartOfThePacket) {
    for (const Family family : {Family::ipv4, Family::ipv6}) {
        PacketBuilder b;
        ip(b.ethernet({}), family).udp({}).payload("x").pad_to(80);
        TestFrame f(b.finish());
        ASSERT_FALSE(parse_frame(f.packet).finding);
        EXPECT_EQ(f.packet.flat.l3_length, is_v4(family) ? 29 : 49);
        EXPECT_EQ(f.packet.transport().size(), 9u);
    }
}

TEST(ParseFrame, FragmentsAreToldByOffsetAndMore) {
    struct Case {
        const char* name;
        std::uint16_t offset;
        bool more;
        Transport transport;
    };
    for (const Family family : {Family::ipv4, Family::ipv6}) {
        for (const Case& c :
             {Case{"first", 0, true, Transport::whole}, Case{"middle", 3, true, Transport::fragment},
              Case{"last", 3, false, Transport::fragment}}) {
            PacketBuilder b;
            b.ethernet({});
            if (is_v4(family)) {
                b.ipv4({.more_fragments = c.more, .fragment_offset = c.offset});
            } else {
                b.ipv6({.source = v6("fe80::1"), .destination = v6("fe80::2")})
                    .destination_options({})
                    .fragment({.offset = c.offset, .more = c.more});
            }
            TestFrame f(b.udp({.source = 5}).finish());
            ASSERT_FALSE(parse_frame(f.packet).finding) << c.name;
            EXPECT_TRUE(f.packet.flat.fragmented) << c.name;
            EXPECT_EQ(f.packet.flat.fragment_offset, c.offset) << c.name;
            EXPECT_EQ(f.packet.flat.protocol, 17) << c.name;
            EXPECT_EQ(f.packet.flat.transport, c.transport) << c.name;
            EXPECT_EQ(f.packet.flat.sport, c.offset == 0 ? 5 : 0) << c.name;
            EXPECT_EQ(f.packet.transport().size(), 8u) << c.name;
        }
    }
}

struct ChainCase {
    const char* name;
    std::function<void(PacketBuilder&)> build;
    std::uint8_t protocol;
    Transport transport;
    bool broken;
};

class ExtensionChain : public testing::TestWithParam<ChainCase> {};

TEST_P(ExtensionChain, IsFollowedAsLinuxDoes) {
    PacketBuilder b;
    GetParam().build(b.ethernet({}).ipv6({.source = v6("fe80::1"), .destination = v6("fe80::2")}));
    TestFrame f(b.finish(), 0, 0);
    ASSERT_FALSE(parse_frame(f.packet).finding);
    EXPECT_EQ(f.packet.flat.protocol, GetParam().protocol);
    EXPECT_EQ(f.packet.flat.transport, GetParam().transport);
    EXPECT_EQ(f.packet.flat.extensions_broken(), GetParam().broken);
    EXPECT_LE(f.packet.flat.l4, f.packet.flat.l3 + f.packet.flat.l3_length);
}

constexpr std::array<std::uint8_t, 4> check_value{};
INSTANTIATE_TEST_SUITE_P(
    Packet, ExtensionChain,
    testing::Values(
        ChainCase{"all",
                  [](PacketBuilder& b) {
                      b.hop_by_hop({}).destination_options({}).routing({}).fragment({}).ah(
                          {.check_value = check_value});
                      b.destination_options({}).tcp({});
                  },
                  6, Transport::whole, false},
        ChainCase{"none", [](PacketBuilder& b) { b.destination_options({}); }, 59, Transport::none, false},
        ChainCase{"esp", [](PacketBuilder& b) { b.routing({}).esp({}); }, 50, Transport::none, false},
        ChainCase{"mobility_is_a_transport", [](PacketBuilder& b) { b.mobility({}).udp({}); }, 135,
                  Transport::none, false},
        ChainCase{"cut_before_header", [](PacketBuilder& b) { b.routing({.next = 60}); }, 60,
                  Transport::truncated, true},
        ChainCase{"cut_in_header", [](PacketBuilder& b) { b.routing({.next = 44}).payload("\x11"); }, 44,
                  Transport::truncated, true},
        ChainCase{"length_past_end", [](PacketBuilder& b) { b.destination_options({.length = 9}).udp({}); },
                  17, Transport::truncated, false},
        ChainCase{"length_past_end_before_extension",
                  [](PacketBuilder& b) { b.destination_options({.next = 43, .length = 9}).udp({}); }, 43,
                  Transport::truncated, true},
        ChainCase{"late_fragment_of_extension",
                  [](PacketBuilder& b) { b.fragment({.offset = 1, .next = 60}).udp({}); }, 60,
                  Transport::fragment, true}),
    [](const auto& c) { return std::string(c.param.name); });

TEST(ParseNetwork, ReadsTheFamilyFromTheVersion) {
    for (const Family family : {Family::ipv4, Family::ipv6}) {
        PacketBuilder b;
        TestFrame f(ip(b, family).udp({.source = 3}).finish(), 0, 0);
        ASSERT_FALSE(parse_network(f.packet));
        EXPECT_EQ(f.packet.flat.family, family);
        EXPECT_EQ(f.packet.flat.sport, 3);
        EXPECT_EQ(f.packet.flat.l3, 0);
    }
    TestFrame none(Bytes{}, 0, 0);
    EXPECT_EQ(parse_network(none.packet).reason, Reason::ip_header_truncated);
}

TEST(ParseNetwork, OwnPacketsMayHaveAnyAddresses) {
    TestFrame f(addressed("::1", "::1"), 0, 0);
    f.packet.type = PacketType::loopback;
    EXPECT_FALSE(parse_frame(f.packet).finding);
}

// Whatever the bytes, the view stays inside the frame; the sanitizers watch the reads.
TEST(ParseFrame, DamagedFramesNeverPointPastTheEnd) {
    Random random(7);
    std::vector<std::vector<std::uint8_t>> seeds;
    for (const Bad& bad : bad_frames) seeds.push_back(bad.frame());
    seeds.push_back(good4());
    seeds.push_back(good6());
    for (int round = 0; round < 100'000; ++round) {
        auto frame = seeds[random.below(static_cast<std::uint32_t>(seeds.size()))];
        for (std::uint32_t i = random.below(4); i > 0 && !frame.empty(); --i) {
            frame[random.below(static_cast<std::uint32_t>(frame.size()))] =
                static_cast<std::uint8_t>(random.below(256));
        }
        frame.resize(random.below(static_cast<std::uint32_t>(frame.size()) + 1));
        TestFrame f(frame, 0, 0);
        const Flat& flat = f.packet.flat;
        if (parse_frame(f.packet).finding || !flat.network) continue;
        ASSERT_LE(flat.l3 + flat.l3_length, f.packet.length);
        ASSERT_LE(flat.l3, flat.l4);
        ASSERT_LE(flat.l4, flat.l3 + flat.l3_length);
    }
}

}  // namespace
}  // namespace gatehouse

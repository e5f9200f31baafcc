// Every edit is compared with a recomputation from scratch, over families, protocols and checksum states.
#include "packet/edit.h"

#include <functional>
#include <gtest/gtest.h>

#include "base/random.h"
#include "packet/test_frame.h"
#include "packet/transport_sum.h"

namespace gatehouse::edit {
namespace {

using wire::PacketBuilder;

const Address a4 = *parse_address("192.0.2.1", Family::ipv4);
const Address b4 = *parse_address("198.51.100.2", Family::ipv4);
const Address a6 = *parse_address("2001:db8::1", Family::ipv6);
const Address b6 = *parse_address("2001:db8:1::2", Family::ipv6);

struct Protocol {
    const char* name;
    std::function<void(PacketBuilder&)> build;
};

const Protocol protocols[] = {
    {"tcp",
     [](PacketBuilder& b) {
         b.tcp({.source = 4000, .destination = 80, .flags = 2, .options = wire::TcpOptionList().mss(1460)});
     }},
    {"udp", [](PacketBuilder& b) { b.udp({.source = 4000, .destination = 53}); }},
    {"udp_without_sum", [](PacketBuilder& b) { b.udp({.source = 4000, .destination = 53, .checksum = 0}); }},
    {"udplite_whole", [](PacketBuilder& b) { b.udplite({.source = 4000, .destination = 53}); }},
    {"udplite_header", [](PacketBuilder& b) { b.udplite({.source = 4000, .coverage = 8}); }},
    {"udplite_odd", [](PacketBuilder& b) { b.udplite({.source = 4000, .coverage = 17}); }},
    {"icmp", [](PacketBuilder& b) { b.icmp({.type = 8, .rest = wire::Icmp::echo(7, 1)}); }},
    {"icmpv6", [](PacketBuilder& b) { b.icmpv6({.type = 128, .rest = wire::Icmp::echo(7, 1)}); }},
    {"sctp",
     [](PacketBuilder& b) { b.sctp({.source = 4000, .destination = 80, .tag = 9}).chunk({.type = 1}); }},
    {"dccp", [](PacketBuilder& b) { b.dccp({.source = 4000, .destination = 80, .type = 2}); }},
    {"dccp_part", [](PacketBuilder& b) { b.dccp({.source = 4000, .type = 2, .coverage = 3}); }},
    {"gre", [](PacketBuilder& b) { b.gre({.key = 5, .type = 0x0800}); }},
};

std::vector<std::uint8_t> frame(const Protocol& protocol, Family family, std::size_t payload) {
    PacketBuilder b;
    b.ethernet({});
    if (is_v4(family)) {
        b.ipv4({.source = a4, .destination = b4, .tos = 4});
    } else {
        b.ipv6({.source = a6, .destination = b6}).destination_options({});
    }
    protocol.build(b);
    std::vector<std::uint8_t> data(payload);
    for (std::size_t i = 0; i < payload; ++i) data[i] = static_cast<std::uint8_t>(i * 37 + 1);
    return b.payload(Bytes(data)).pad_to(60).build();
}

// The packet as one that recomputes everything would have it.
std::vector<std::uint8_t> renewed(const TestFrame& edited) {
    TestFrame copy(edited);
    renew_network_checksum(copy.packet);
    const auto kind = transport_sum::kind_of(copy.packet);
    const bool unsummed = copy.packet.checksum != ChecksumState::partial && kind && kind->zero_is_none &&
                          load_be16(copy.packet.l4() + kind->field) == 0;
    if (!unsummed) renew_transport_checksum(copy.packet);
    const Bytes bytes = copy.packet.bytes();
    return {bytes.begin(), bytes.end()};
}

void expect_true(const TestFrame& edited, const std::string& what) {
    const Bytes bytes = edited.packet.bytes();
    EXPECT_EQ(std::vector<std::uint8_t>(bytes.begin(), bytes.end()), renewed(edited)) << what;
    EXPECT_TRUE(transport_checksum_ok(edited.packet)) << what;
    // The flat view is what parsing afresh gives.
    TestFrame again(bytes);
    ASSERT_FALSE(parse_frame(again.packet).finding) << what;
    const Flat &kept = edited.packet.flat, &fresh = again.packet.flat;
    EXPECT_EQ(kept.source, fresh.source) << what;
    EXPECT_EQ(kept.destination, fresh.destination) << what;
    EXPECT_EQ(kept.protocol, fresh.protocol) << what;
    EXPECT_EQ(kept.tos, fresh.tos) << what;
    EXPECT_EQ(kept.ttl, fresh.ttl) << what;
    EXPECT_EQ(kept.tcp_flags, fresh.tcp_flags) << what;
    EXPECT_EQ(kept.l4, fresh.l4) << what;
    EXPECT_EQ(kept.l3_length, fresh.l3_length) << what;
    EXPECT_EQ(kept.sport, fresh.sport) << what;
    EXPECT_EQ(kept.dport, fresh.dport) << what;
}

struct Edit {
    const char* name;
    std::function<void(Packet&)> apply;
};

const Edit edits[] = {
    {"source", [](Packet& p) { set_source(p, is_v4(p.flat.family) ? Address::v4(0x0a000001) : b6); }},
    {"destination", [](Packet& p) { set_destination(p, is_v4(p.flat.family) ? Address::v4(~0u) : a6); }},
    {"ttl", [](Packet& p) { set_ttl(p, 1); }},
    {"tos", [](Packet& p) { set_tos(p, 0xff); }},
    {"source_port", [](Packet& p) { set_source_port(p, 65'535); }},
    {"destination_port", [](Packet& p) { set_destination_port(p, 0); }},
    {"transport_word", [](Packet& p) { set_transport16(p, p.flat.protocol == 6 ? 12 : 0, 0x5012); }},
    {"same_payload_length",
     [](Packet& p) { replace_payload(p, 1, 3, std::array<std::uint8_t, 3>{9, 8, 7}); }},
    {"longer_payload", [](Packet& p) { replace_payload(p, 3, 2, std::array<std::uint8_t, 7>{1, 2, 3}); }},
    {"much_longer_payload", [](Packet& p) { replace_payload(p, 0, 0, std::array<std::uint8_t, 600>{1}); }},
    {"shorter_payload", [](Packet& p) { replace_payload(p, 1, 4, std::array<std::uint8_t, 1>{5}); }},
    {"empty_payload", [](Packet& p) { replace_payload(p, 0, 9, {}); }},
    {"evenly_longer_payload",
     [](Packet& p) { replace_payload(p, 1, 1, std::array<std::uint8_t, 3>{5, 6, 7}); }},
};

class Edits : public testing::TestWithParam<std::tuple<Protocol, Family, Edit>> {};

TEST_P(Edits, KeepEveryChecksumAndTheFlatViewTrue) {
    const auto& [protocol, family, edit] = GetParam();
    for (const std::size_t payload : {0u, 9u, 10u, 33u}) {
        for (const ChecksumState state : {ChecksumState::unknown, ChecksumState::partial}) {
            const auto bytes = frame(protocol, family, payload);
            TestFrame f(bytes);
            ASSERT_FALSE(parse_frame(f.packet).finding);
            if (!transport_sum::covered(f.packet)) continue;  // a coverage past the end
            const auto kind = transport_sum::kind_of(f.packet);
            if (state == ChecksumState::partial) {
                if (!kind || !kind->pseudo) continue;
                f.packet.checksum = state;
                f.packet.checksum_start = f.packet.flat.l4;
                f.packet.checksum_offset = kind->field;
                renew_transport_checksum(f.packet);
            }
            f.packet.changed = false;
            const std::vector<std::uint8_t> before(f.packet.bytes().begin(), f.packet.bytes().end());
            edit.apply(f.packet);
            const Bytes now = f.packet.bytes();
            const bool differs = before != std::vector<std::uint8_t>(now.begin(), now.end());
            EXPECT_EQ(f.packet.changed, differs);
            expect_true(f, edit.name + std::string(" on ") + std::to_string(payload) + " bytes");
            if (state == ChecksumState::partial) {
                complete_checksum(f.packet);
                EXPECT_EQ(f.packet.checksum, ChecksumState::good);
                const bool whole = transport_sum::covered(f.packet) == f.packet.transport().size();
                f.packet.checksum = ChecksumState::unknown;
                if (whole) expect_true(f, std::string("completed after ") + edit.name);
            }
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Packet, Edits,
                         testing::Combine(testing::ValuesIn(protocols),
                                          testing::Values(Family::ipv4, Family::ipv6),
                                          testing::ValuesIn(edits)),
                         [](const auto& c) {
                             return std::string(std::get<0>(c.param).name) +
                                    (is_v4(std::get<1>(c.param)) ? "_v4_" : "_v6_") +
                                    std::get<2>(c.param).name;
                         });

TEST(Edit, RandomChainsOfEditsStayRight) {
    Random random(42);
    for (int round = 0; round < 2'000; ++round) {
        const Protocol& protocol = protocols[random.below(std::size(protocols))];
        const Family family = random.below(2) == 0 ? Family::ipv4 : Family::ipv6;
        TestFrame f(frame(protocol, family, random.below(64)), random.below(40), 9'000);
        ASSERT_FALSE(parse_frame(f.packet).finding);
        if (!transport_sum::covered(f.packet)) continue;  // a coverage past the end
        std::string chain = protocol.name;
        for (int step = 0; step < 6; ++step) {
            const Edit& edit = edits[random.below(std::size(edits))];
            chain += std::string(" ") + edit.name;
            edit.apply(f.packet);
        }
        expect_true(f, chain);
        if (testing::Test::HasFailure()) return;
    }
}

// Whatever the checksum field holds, and whether or not it is right.
TEST(Edit, TakingAHopIsSettingTheTtlToOneLess) {
    TestFrame one(frame(protocols[1], Family::ipv4, 3)), other(frame(protocols[1], Family::ipv4, 3));
    for (std::uint32_t sum = 0; sum <= 0xffff; ++sum) {
        for (TestFrame* f : {&one, &other}) {
            set_ttl(f->packet, static_cast<std::uint8_t>(1 + sum % 255));
            store_be16(f->packet.l3() + 10, static_cast<std::uint16_t>(sum));
        }
        take_hop(one.packet);
        set_ttl(other.packet, static_cast<std::uint8_t>(other.packet.flat.ttl - 1));
        ASSERT_EQ(load_be16(one.packet.l3() + 10), load_be16(other.packet.l3() + 10)) << sum;
        ASSERT_EQ(one.packet.flat.ttl, other.packet.flat.ttl) << sum;
        ASSERT_EQ(one.packet.l3()[8], one.packet.flat.ttl) << sum;
    }
}

TEST(Edit, AWrongChecksumStaysWrong) {
    for (const Family family : {Family::ipv4, Family::ipv6}) {
        auto bytes = frame(protocols[0], family, 20);
        bytes.back() ^= 1;
        TestFrame f(bytes);
        ASSERT_FALSE(parse_frame(f.packet).finding);
        ASSERT_FALSE(transport_checksum_ok(f.packet));
        for (const Edit& edit : edits) {
            edit.apply(f.packet);
            if (std::string_view(edit.name) == "empty_payload") break;
            EXPECT_FALSE(transport_checksum_ok(f.packet)) << edit.name;
        }
    }
}

TEST(Edit, AnOverwrittenPayloadMakesAWrongChecksumNoBetter) {
    auto bytes = frame(protocols[1], Family::ipv4, 20);
    bytes[14 + 20 + 6] ^= 0x55;
    TestFrame f(bytes);
    ASSERT_FALSE(parse_frame(f.packet).finding);
    ASSERT_TRUE(replace_payload(f.packet, 0, 20, std::array<std::uint8_t, 3>{}));
    EXPECT_FALSE(transport_checksum_ok(f.packet));
}

TEST(Edit, AUdpChecksumOfZeroMeansNoneAndNeverComesOut) {
    for (const Family family : {Family::ipv4, Family::ipv6}) {
        TestFrame f(frame(protocols[1], family, 4));
        ASSERT_FALSE(parse_frame(f.packet).finding);
        // The port that makes the sum zero: what it is now plus what the checksum still lacks.
        const std::uint16_t field = load_be16(f.packet.l4() + 6);
        const std::uint32_t sum = std::uint32_t{f.packet.flat.sport} + field;
        set_source_port(f.packet, static_cast<std::uint16_t>((sum & 0xffff) + (sum >> 16)));
        EXPECT_EQ(load_be16(f.packet.l4() + 6), 0xffff);
        expect_true(f, "zero");
        store_be16(f.packet.l4() + 6, 0);
        set_source_port(f.packet, 77);
        EXPECT_EQ(load_be16(f.packet.l4() + 6), 0);
    }
}

TEST(Edit, LaterFragmentsChangeInTheirIpHeaderOnly) {
    for (const Family family : {Family::ipv4, Family::ipv6}) {
        PacketBuilder b;
        b.ethernet({});
        if (is_v4(family)) {
            b.ipv4({.source = a4, .destination = b4, .fragment_offset = 5, .protocol = 17});
        } else {
            b.ipv6({.source = a6, .destination = b6}).fragment({.offset = 5, .next = 17});
        }
        TestFrame f(b.payload("sixteen bytes of").finish());
        ASSERT_FALSE(parse_frame(f.packet).finding);
        const std::vector<std::uint8_t> data(f.packet.transport().begin(), f.packet.transport().end());
        ASSERT_EQ(data.size(), 16u);
        for (const Edit& edit : edits) edit.apply(f.packet);
        EXPECT_EQ(std::vector<std::uint8_t>(f.packet.transport().begin(), f.packet.transport().end()), data);
        expect_true(f, "fragment");
        EXPECT_EQ(f.packet.flat.ttl, 1);
    }
}

TEST(Edit, AFirstFragmentKeepsTheWholeDatagramsChecksumRight) {
    for (const Family family : {Family::ipv4, Family::ipv6}) {
        PacketBuilder whole;
        if (is_v4(family)) {
            whole.ipv4({.source = a4, .destination = b4});
        } else {
            whole.ipv6({.source = a6, .destination = b6});
        }
        const auto datagram = whole.udp({.source = 1, .destination = 2}).payload("12345678abcdefgh").build();
        const std::size_t header = is_v4(family) ? 20 : 40;
        const Bytes first = Bytes(datagram).subspan(header, 16);
        PacketBuilder b;
        b.ethernet({});
        if (is_v4(family)) {
            b.ipv4({.source = a4, .destination = b4, .more_fragments = true, .protocol = 17});
        } else {
            b.ipv6({.source = a6, .destination = b6}).fragment({.more = true, .next = 17});
        }
        TestFrame f(b.payload(first).finish());
        ASSERT_FALSE(parse_frame(f.packet).finding);
        TestFrame joined{[&] {
            PacketBuilder j;
            return j.ethernet({}).payload(Bytes(datagram)).build();
        }()};
        joined.packet.flat.l3 = 14;
        ASSERT_FALSE(parse_network(joined.packet));
        for (Packet* p : {&f.packet, &joined.packet}) {
            edits[0].apply(*p);
            set_source_port(*p, 999);
            ASSERT_TRUE(replace_payload(*p, 3, 2, std::array<std::uint8_t, 2>{'x', 'y'}));
        }
        EXPECT_FALSE(replace_payload(f.packet, 3, 2, std::array<std::uint8_t, 3>{}));
        EXPECT_EQ(load_be16(f.packet.l4() + 6), load_be16(joined.packet.l4() + 6));
        EXPECT_TRUE(transport_checksum_ok(joined.packet));
    }
}

TEST(ReplacePayload, RefusesWithoutChangingAnything) {
    struct Case {
        const char* name;
        std::uint32_t offset, length;
        std::size_t with;
    };
    for (const Case& c : {Case{"no room", 0, 0, 2'000}, Case{"past the end", 8, 4, 4},
                          Case{"far past the end", 0xffffffff, 1, 1}, Case{"too much", 0, 0, 70'000}}) {
        TestFrame f(frame(protocols[1], Family::ipv4, 10), 16, 16);
        ASSERT_FALSE(parse_frame(f.packet).finding);
        const std::vector<std::uint8_t> before(f.packet.bytes().begin(), f.packet.bytes().end());
        EXPECT_FALSE(replace_payload(f.packet, c.offset, c.length, std::vector<std::uint8_t>(c.with)));
        EXPECT_EQ(before, std::vector<std::uint8_t>(f.packet.bytes().begin(), f.packet.bytes().end()));
        EXPECT_FALSE(f.packet.changed) << c.name;
    }
}

TEST(ResizeAt, MovesTheShorterSideIfThereIsRoom) {
    struct Case {
        const char* name;
        std::uint32_t headroom, tailroom;
        bool ok, front;
    };
    for (const Case& c : {Case{"both", 32, 32, true, true}, Case{"tail only", 0, 32, true, false},
                          Case{"head only", 32, 0, true, true}, Case{"neither", 7, 7, false, false}}) {
        TestFrame f(frame(protocols[0], Family::ipv4, 100), c.headroom, c.tailroom);
        ASSERT_FALSE(parse_frame(f.packet).finding);
        const std::uint8_t* const data = f.packet.data;
        EXPECT_EQ(resize_at(f.packet, 20, 8), c.ok) << c.name;
        EXPECT_EQ(f.packet.data != data, c.front) << c.name;
        if (!c.ok) continue;
        EXPECT_EQ(f.packet.flat.l4, 14 + 28);
        EXPECT_EQ(f.packet.l4()[1], 4000 & 0xff) << c.name;
        ASSERT_TRUE(resize_at(f.packet, 20, -8));
        EXPECT_EQ(f.packet.flat.l4, 14 + 20);
        expect_true(f, c.name);
    }
}

TEST(ChecksumOk, TellsOfLengthsThatLie) {
    struct Case {
        const char* name;
        std::size_t protocol;
        std::uint16_t value;
    };
    // UDP's length and UDP-Lite's coverage lie at the same place.
    for (const Case& c : {Case{"udp short", 1, 7}, Case{"udp long", 1, 100}, Case{"coverage short", 3, 7},
                          Case{"coverage long", 3, 100}}) {
        TestFrame f(frame(protocols[c.protocol], Family::ipv4, 20));
        ASSERT_FALSE(parse_frame(f.packet).finding);
        EXPECT_TRUE(transport_checksum_ok(f.packet));
        store_be16(f.packet.l4() + 4, c.value);
        renew_transport_checksum(f.packet);
        EXPECT_FALSE(transport_checksum_ok(f.packet)) << c.name;
    }
}

TEST(SetMark, CountsAsAChangeOnlyIfItIsOne) {
    TestFrame f(frame(protocols[1], Family::ipv4, 1));
    set_mark(f.packet, Mark{0});
    EXPECT_FALSE(f.packet.changed);
    set_mark(f.packet, Mark{5});
    EXPECT_TRUE(f.packet.changed);
    EXPECT_EQ(f.packet.mark.value, 5u);
}

}  // namespace
}  // namespace gatehouse::edit

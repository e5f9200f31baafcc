// Each packet of one family becomes, byte for byte, the one that is built of the other.
#include "nat/across.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "nat/embedding.h"
#include "packet/edit.h"
#include "packet/reason.h"
#include "packet/test_frame.h"
#include "packet/transport_sum.h"

namespace gatehouse::nat {
namespace {

namespace protocol = wire::protocol;
using track::Tuple;
using wire::PacketBuilder;

const Address client4 = Address::v4(0xc000024d), server4 = Address::v4(0xc6336409);
const Address client6 = *parse_address("fd00:1::2", Family::ipv6), server6 = Embedding{}.embed(server4);
constexpr std::uint16_t inside = 5000, outside = 6001, service = 53;

struct Side {
    Family family;
    Address source, destination;
    std::uint16_t port;
};
Side side_of(Family family) {
    return is_v4(family) ? Side{family, client4, server4, outside} : Side{family, client6, server6, inside};
}

Tuple tuple_of(Family family, std::uint8_t number) {
    const Side side = side_of(family);
    return {.source = side.source,
            .destination = side.destination,
            .ends = {side.port, service},
            .family = family,
            .protocol = track::protocol_in(family, number)};
}

struct Form {
    std::size_t payload = 7;
    bool summed = true;
    std::uint16_t id = 0;
    bool dont_fragment = false;
};

std::vector<std::uint8_t> frame(Family family, std::uint8_t number, const Form& form) {
    const Side side = side_of(family);
    PacketBuilder b;
    b.ethernet({});
    if (is_v4(family)) {
        b.ipv4({.source = side.source,
                .destination = side.destination,
                .ttl = 44,
                .tos = 0x2e,
                .id = form.id,
                .dont_fragment = form.dont_fragment});
    } else {
        b.ipv6(
            {.source = side.source, .destination = side.destination, .hop_limit = 44, .traffic_class = 0x2e});
    }
    if (number == protocol::tcp) {
        b.tcp({.source = side.port, .destination = service, .sequence = 77, .flags = 0x18});
    } else if (number == protocol::udp && form.summed) {
        b.udp({.source = side.port, .destination = service});
    } else if (number == protocol::udp) {
        b.udp({.source = side.port, .destination = service, .checksum = 0});
    } else if (is_v4(family)) {
        b.icmp({.type = 8, .rest = wire::Icmp::echo(side.port, 3)});
    } else {
        b.icmpv6({.type = 128, .rest = wire::Icmp::echo(side.port, 3)});
    }
    std::vector<std::uint8_t> data(form.payload);
    for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<std::uint8_t>(i * 37 + 1);
    return b.payload(Bytes(data)).build();
}

std::string hex(Bytes bytes) {
    std::string text;
    for (const std::uint8_t byte : bytes) text += fmt::format("{:02x}", byte);
    return text;
}

struct Row {
    const char* name;
    Family from;
    std::uint8_t number;
    Form was{}, becomes{};
};

class Across : public testing::TestWithParam<Row> {
  protected:
    static Family other(Family family) { return is_v4(family) ? Family::ipv6 : Family::ipv4; }
};
constexpr std::uint16_t id = 0x4321;
INSTANTIATE_TEST_SUITE_P(
    Packets, Across,
    testing::Values(
        Row{"tcp_to_v4", Family::ipv6, 6, {}, {.id = id}}, Row{"tcp_to_v6", Family::ipv4, 6},
        Row{"udp_to_v4", Family::ipv6, 17, {}, {.id = id}}, Row{"udp_to_v6", Family::ipv4, 17},
        Row{"echo_to_v4", Family::ipv6, 1, {}, {.id = id}}, Row{"echo_to_v6", Family::ipv4, 1},
        Row{"unsummed_udp_gets_a_sum", Family::ipv4, 17, {.summed = false}},
        Row{"without_payload", Family::ipv4, 17, {.payload = 0}, {.payload = 0}},
        Row{"as_long_as_may_be_cut", Family::ipv6, 17, {.payload = 1232}, {.payload = 1232, .id = id}},
        Row{"longer", Family::ipv6, 17, {.payload = 1233}, {.payload = 1233, .dont_fragment = true}},
        Row{"not_to_be_cut", Family::ipv4, 6, {.id = 9, .dont_fragment = true}}),
    [](const auto& row) { return row.param.name; });

TEST_P(Across, BecomesWhatIsBuiltThere) {
    const Row& row = GetParam();
    const auto expected = frame(other(row.from), row.number, row.becomes);
    for (const auto state : {ChecksumState::unknown, ChecksumState::good}) {
        TestFrame test(frame(row.from, row.number, row.was));
        ASSERT_FALSE(parse_frame(test.packet).finding);
        test.packet.checksum = state;
        ASSERT_FALSE(cross(test.packet, tuple_of(other(row.from), row.number), id));
        EXPECT_EQ(hex(test.packet.network()), hex(Bytes(expected).subspan(14)));
        EXPECT_EQ(test.packet.flat.family, other(row.from));
        EXPECT_EQ(test.packet.checksum, state);
        EXPECT_TRUE(test.packet.changed);
    }
}

// The device that sums is to find the new pseudo-header's sum; what it then sends is right.
TEST_P(Across, LeavesAPartialSumToTheDevice) {
    const Row& row = GetParam();
    if (!row.was.summed) return;
    TestFrame test(frame(row.from, row.number, row.was));
    ASSERT_FALSE(parse_frame(test.packet).finding);
    Packet& packet = test.packet;
    const auto kind = transport_sum::kind_of(packet);
    packet.checksum = ChecksumState::partial;
    packet.checksum_start = packet.flat.l4;
    packet.checksum_offset = kind->field;
    edit::renew_transport_checksum(packet);
    if (!kind->pseudo) store_be16(packet.l4() + kind->field, 0);
    ASSERT_FALSE(cross(packet, tuple_of(other(row.from), row.number), id));
    edit::complete_checksum(packet);
    EXPECT_EQ(hex(packet.network()), hex(Bytes(frame(other(row.from), row.number, row.becomes)).subspan(14)));
}

TEST_P(Across, KeepsAWrongSumWrong) {
    const Row& row = GetParam();
    if (!row.was.summed) return;
    TestFrame test(frame(row.from, row.number, row.was));
    ASSERT_FALSE(parse_frame(test.packet).finding);
    const auto kind = transport_sum::kind_of(test.packet);
    test.packet.l4()[kind->field] ^= 0x55;
    ASSERT_FALSE(cross(test.packet, tuple_of(other(row.from), row.number), id));
    EXPECT_FALSE(edit::transport_checksum_ok(test.packet));
}

TEST(AcrossLimits, APacketThatGrowsNeedsRoom) {
    TestFrame test(frame(Family::ipv4, protocol::udp, {}), 0, 19);
    ASSERT_FALSE(parse_frame(test.packet).finding);
    EXPECT_EQ(cross(test.packet, tuple_of(Family::ipv6, protocol::udp), id).reason, Reason::edit_out_of_room);
    TestFrame roomy(frame(Family::ipv4, protocol::udp, {}), 0, 20);
    ASSERT_FALSE(parse_frame(roomy.packet).finding);
    EXPECT_FALSE(cross(roomy.packet, tuple_of(Family::ipv6, protocol::udp), id));
}

TEST(AcrossLimits, SegmentsAreOfTheOtherFamily) {
    TestFrame test(frame(Family::ipv6, protocol::tcp, {.payload = 4000}));
    ASSERT_FALSE(parse_frame(test.packet).finding);
    test.packet.segmentation = SegmentationType::tcp6;
    ASSERT_FALSE(cross(test.packet, tuple_of(Family::ipv4, protocol::tcp), id));
    EXPECT_EQ(test.packet.segmentation, SegmentationType::tcp4);
}

TEST(AcrossLimits, IcmpThatIsNoEchoHasNoCounterpart) {
    TestFrame test(frame(Family::ipv4, protocol::icmp, {}));
    test.packet.data[34] = 13;  // a timestamp request
    ASSERT_FALSE(parse_frame(test.packet).finding);
    EXPECT_EQ(cross(test.packet, tuple_of(Family::ipv6, protocol::icmp), id).reason, Reason::nat64_icmp);
}

// Quotes, however long, never make an ICMPv6 error longer than each link takes; those cut short anywhere are
// translated as far as they go, or refused by name.
TEST(ErrorAcross, HoldsToItsLengthAndToTheQuotes) {
    for (const std::size_t quoted : {0u, 1u, 19u, 20u, 27u, 28u, 29u, 60u, 548u, 1232u, 1280u, 1472u}) {
        const auto about = frame(Family::ipv4, protocol::udp, {.payload = 1444});
        PacketBuilder b;
        b.ethernet({}).ipv4({.source = server4, .destination = client4});
        b.icmp({.type = 3, .code = 3});
        const Bytes quote = Bytes(about).subspan(14, std::min(quoted, about.size() - 14));
        TestFrame test(b.payload(quote).build());
        ASSERT_FALSE(parse_frame(test.packet).finding);
        const Finding finding = cross_error(
            test.packet, {.source = server6, .quoted = tuple_of(Family::ipv6, protocol::udp), .id = id});
        if (quoted < 28) {
            EXPECT_EQ(finding.reason, Reason::nat_bad_quote) << quoted;
            continue;
        }
        ASSERT_FALSE(finding) << quoted;
        const Packet& packet = test.packet;
        EXPECT_EQ(packet.flat.l3_length, std::min<std::size_t>(1280, 40 + 8 + quoted + 20)) << quoted;
        EXPECT_TRUE(edit::transport_checksum_ok(packet)) << quoted;
        const auto sent = frame(Family::ipv6, protocol::udp, {.payload = 1444});
        const std::size_t there = packet.flat.l3_length - 48u;
        EXPECT_EQ(hex(packet.network().subspan(48)), hex(Bytes(sent).subspan(14, there))) << quoted;
    }
}

}  // namespace
}  // namespace gatehouse::nat

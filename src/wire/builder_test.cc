#include "wire/builder.h"

#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/checksum.h"

namespace gatehouse::wire {
namespace {

const Mac host{{2, 0, 0, 0, 0, 1}};
const Mac router{{2, 0, 0, 0, 0, 2}};
const Address a4 = *parse_address("192.0.2.1", Family::ipv4);
const Address b4 = *parse_address("198.51.100.2", Family::ipv4);
const Address a6 = *parse_address("2001:db8::1", Family::ipv6);
const Address b6 = *parse_address("2001:db8:1::2", Family::ipv6);

std::string hex(Bytes bytes) {
    std::string text;
    for (const std::uint8_t byte : bytes) {
        text += "0123456789abcdef"[byte >> 4];
        text += "0123456789abcdef"[byte & 15];
    }
    return text;
}

TEST(PacketBuilder, WritesAWholeFrame) {
    PacketBuilder b;
    b.ethernet({.destination = router, .source = host})
        .vlan({.id = 5, .priority = 3})
        .ipv4({.source = a4, .destination = b4, .id = 7, .dont_fragment = true})
        .udp({.source = 4000, .destination = 53})
        .payload("abc");
    // The checksums were worked out apart from this code.
    EXPECT_EQ(hex(b.finish()),
              "020000000002020000000001"
              "8100"
              "60050800"
              "4500001f0007400040114e90c0000201c6336402"
              "0fa00035000b3f69616263");
}

TEST(PacketBuilder, AddsMinimumLengthBehindThePacket) {
    PacketBuilder b;
    b.ethernet({.destination = router, .source = host}).ipv4({.source = a4, .destination = b4}).pad_to(60);
    const Bytes frame = b.finish();
    ASSERT_EQ(frame.size(), 60u);
    EXPECT_EQ(load_be16(&frame[16]), 20);
}

struct Chain {
    const char* name;
    std::function<void(PacketBuilder&)> build;
    std::string starts;
};

class NextHeader : public testing::TestWithParam<Chain> {};

TEST_P(NextHeader, IsNamedByWhatFollows) {
    PacketBuilder b;
    GetParam().build(b);
    const std::string text = hex(b.finish());
    EXPECT_EQ(text.substr(0, GetParam().starts.size()), GetParam().starts);
}

INSTANTIATE_TEST_SUITE_P(
    Wire, NextHeader,
    testing::Values(
        Chain{"snap", [](PacketBuilder& b) { b.ethernet({}).llc({}).ipv4({}); },
              "000000000000000000000000001caaaa030000000800"},
        Chain{"llc", [](PacketBuilder& b) { b.ethernet({}).llc({0x42, 0x42}).payload("xy"); },
              "00000000000000000000000000054242037879"},
        Chain{
            "qinq",
            [](PacketBuilder& b) {
                b.ethernet({}).vlan({.id = 1, .protocol = ethertype::service_vlan}).vlan({.id = 2}).ipv6({});
            },
            "00000000000000000000000088a800018100000286dd6"},
        Chain{"arp",
              [](PacketBuilder& b) {
                  b.ethernet({}).arp({.operation = 2, .sender_mac = host, .sender = a4, .target = b4});
              },
              "0000000000000000000000000806000108000604000202000000"
              "0001c0000201000000000000c6336402"},
        Chain{"pppoe", [](PacketBuilder& b) { b.ethernet({}).pppoe({.session = 9}).ipv6({}); },
              "000000000000000000000000886411000009002a00576"},
        Chain{
            "extensions",
            [](PacketBuilder& b) {
                const std::array<std::uint8_t, 4> alert{5, 2, 0, 0};
                b.ipv6({}).hop_by_hop({.body = alert}).fragment({.id = 1, .offset = 2, .more = true}).udp({});
            },
            "6000000000180040"
            "0000000000000000"
            "0000000000000000"
            "0000000000000000"
            "0000000000000000"
            "2c00050200000100"
            "1100001100000001"},
        Chain{"gre", [](PacketBuilder& b) { b.ipv4({}).gre({.key = 7, .sequence = 8}).ipv4({}); },
              "4500003400000000402f7a9c"
              "0000000000000000"
              "3000080000000007"
              "00000008"
              "45"},
        Chain{"pptp", [](PacketBuilder& b) { b.pptp_gre({.call = 3, .acknowledgment = 4}).payload("abcde"); },
              "2081880b00050003000000046162636465"}),
    [](const auto& c) { return c.param.name; });

struct Sum {
    const char* name;
    std::function<void(PacketBuilder&)> build;
    std::uint8_t number;
    bool pseudo = true;
    std::size_t covered = 0;  // 0: all
};

class Sums : public testing::TestWithParam<std::tuple<Sum, Family>> {};

// The receiver's view: what the checksum covers, field included, sums to all ones.
TEST_P(Sums, VerifyAtTheReceiver) {
    const auto& [sum, family] = GetParam();
    PacketBuilder b;
    if (is_v4(family)) {
        b.ipv4({.source = a4, .destination = b4});
    } else {
        b.ipv6({.source = a6, .destination = b6});
    }
    sum.build(b);
    b.payload("an odd number of bytes.");
    const Bytes packet = b.finish();
    const std::size_t header = is_v4(family) ? 20 : 40;
    const Bytes addresses = is_v4(family) ? packet.subspan(12, 8) : packet.subspan(8, 32);
    const Bytes l4 = packet.subspan(header);
    const std::uint64_t pseudo = sum.pseudo ? checksum::add(addresses, sum.number + l4.size()) : 0;
    EXPECT_EQ(packet[is_v4(family) ? 9 : 6], sum.number);
    EXPECT_EQ(checksum::fold(checksum::add(l4.first(sum.covered == 0 ? l4.size() : sum.covered), pseudo)),
              0xffff);
    if (is_v4(family)) {
        EXPECT_EQ(checksum::fold(checksum::add(packet.first(20))), 0xffff);
    }
}

INSTANTIATE_TEST_SUITE_P(
    Wire, Sums,
    testing::Combine(
        testing::Values(
            Sum{"tcp",
                [](PacketBuilder& b) {
                    b.tcp({.source = 1, .options = TcpOptionList().mss(1460).sack({{1, 2}})});
                },
                protocol::tcp},
            Sum{"udp", [](PacketBuilder& b) { b.udp({.source = 1}); }, protocol::udp},
            Sum{"udplite_whole", [](PacketBuilder& b) { b.udplite({.source = 1}); }, protocol::udplite},
            Sum{"udplite_part", [](PacketBuilder& b) { b.udplite({.source = 1, .coverage = 11}); },
                protocol::udplite, true, 11},
            Sum{"icmp", [](PacketBuilder& b) { b.icmp({.type = 8}); }, protocol::icmp, false},
            Sum{"icmpv6", [](PacketBuilder& b) { b.icmpv6({.type = 128}); }, protocol::icmpv6},
            Sum{"dccp", [](PacketBuilder& b) { b.dccp({.source = 1, .type = 2}); }, protocol::dccp},
            Sum{"dccp_header", [](PacketBuilder& b) { b.dccp({.source = 1, .coverage = 1}); }, protocol::dccp,
                true, 16},
            Sum{"gre", [](PacketBuilder& b) { b.gre({.has_checksum = true, .type = 0x0800}); }, protocol::gre,
                false}),
        testing::Values(Family::ipv4, Family::ipv6)),
    [](const auto& c) {
        return std::string(std::get<0>(c.param).name) + (is_v4(std::get<1>(c.param)) ? "_v4" : "_v6");
    });

TEST(PacketBuilder, WritesGivenFieldsHoweverWrong) {
    PacketBuilder b;
    b.ipv4({.version = 5, .header_words = 15, .protocol = 99, .total_length = 9, .checksum = 0x1234})
        .udp({.length = 3, .checksum = 0});
    EXPECT_EQ(hex(b.finish()).substr(0, 24), "5f0000090000000040631234");
    EXPECT_EQ(hex(b.finish().subspan(20)), "0000000000030000");
}

TEST(PacketBuilder, NeverWritesPastLentRoom) {
    for (std::size_t size = 0; size < 42; ++size) {
        std::vector<std::uint8_t> room(size);  // the sanitizers watch its end
        PacketBuilder b(room);
        b.ethernet({}).ipv4({}).udp({});
        EXPECT_TRUE(b.finish().empty()) << size;
    }
    std::array<std::uint8_t, 42> room{};
    PacketBuilder b(room);
    b.ethernet({}).ipv4({}).udp({});
    EXPECT_EQ(b.finish().data(), room.data());
}

TEST(PacketBuilder, RefusesMoreLayersThanItHolds) {
    PacketBuilder b;
    for (std::size_t i = 0; i <= PacketBuilder::most_layers; ++i) b.vlan({});
    EXPECT_TRUE(b.finish().empty());
}

TEST(TcpOptionList, LeavesOutWhatDoesNotFit) {
    TcpOptionList list;
    list.timestamps(1, 2).timestamps(1, 2).timestamps(1, 2).timestamps(1, 2);
    EXPECT_FALSE(list.overflowed());
    list.nop();
    EXPECT_TRUE(list.overflowed());
    EXPECT_EQ(list.bytes().size(), 40u);
}

}  // namespace
}  // namespace gatehouse::wire

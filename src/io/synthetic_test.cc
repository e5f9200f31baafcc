#include "io/synthetic.h"

#include <gtest/gtest.h>
#include <map>
#include <tuple>
#include <vector>

#include "packet/edit.h"
#include "packet/parse.h"
#include "packet/pool.h"
#include "packet/reason.h"
#include "wire/protocol.h"

namespace gatehouse::io {
namespace {

constexpr std::uint32_t count = 20'000;

std::vector<std::vector<std::uint8_t>> frames(const SyntheticOptions& options, std::uint32_t number) {
    SyntheticTraffic traffic(options);
    std::vector<std::vector<std::uint8_t>> all;
    for (std::uint32_t i = 0; i < number; ++i) {
        const auto packet = traffic.next();
        all.emplace_back(packet.bytes.begin(), packet.bytes.end());
    }
    return all;
}

TEST(SyntheticTraffic, IsTheSameForTheSameSeed) {
    EXPECT_EQ(frames({.seed = 5}, 500), frames({.seed = 5}, 500));
    EXPECT_NE(frames({.seed = 5}, 500), frames({.seed = 6}, 500));
}

TEST(SyntheticTraffic, EveryPacketIsSound) {
    SyntheticTraffic traffic({.flows = 50});
    Pool pool(PoolId{1}, 1);
    std::map<std::pair<Family, std::uint8_t>, unsigned> kinds;
    unsigned inside = 0;
    Time before{};
    for (std::uint32_t i = 0; i < count; ++i) {
        const auto made = traffic.next();
        ASSERT_GE(made.time, before);
        before = made.time;
        Packet& packet = *pool.take();
        std::memcpy(packet.data, made.bytes.data(), made.bytes.size());
        packet.length = static_cast<std::uint32_t>(made.bytes.size());
        const Parsed parsed = parse_frame(packet);
        ASSERT_FALSE(parsed.finding) << words(parsed.finding.reason, parsed.finding.numbers);
        ASSERT_EQ(packet.flat.transport, Transport::whole);
        ASSERT_EQ(packet.flat.l3 + packet.flat.l3_length, static_cast<int>(packet.length))
            << "no bytes behind";
        ASSERT_TRUE(edit::transport_checksum_ok(packet)) << "packet " << i;
        const bool client_first = packet.flat.sport >= 32768;
        ASSERT_EQ(made.from_inside, client_first);
        inside += made.from_inside;
        ++kinds[{packet.flat.family, packet.flat.protocol}];
        pool.give_back(&packet);
    }
    EXPECT_EQ(kinds.size(), 4u) << "TCP and UDP over IPv4 and IPv6, nothing else";
    for (const auto& [kind, number] : kinds) EXPECT_GT(number, count / 200);
    EXPECT_GT(inside, count / 4);
    EXPECT_LT(inside, 3 * count / 4);
}

// What a receiver knows of a TCP conversation: the next byte that each side sends.
TEST(SyntheticTraffic, TcpConversationsAreWhole) {
    SyntheticTraffic traffic({.flows = 20, .udp_percent = 0});
    using Key = std::tuple<Address, std::uint16_t, Address, std::uint16_t>;
    std::map<Key, std::uint32_t> expected;
    unsigned opened = 0, closed = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
        const auto made = traffic.next();
        const bool v4 = load_be16(made.bytes.data() + 12) == wire::ethertype::ipv4;
        const Family family = v4 ? Family::ipv4 : Family::ipv6;
        const std::uint8_t* ip = made.bytes.data() + 14;
        const std::uint8_t* tcp = ip + (v4 ? 20 : 40);
        const std::size_t width = v4 ? 4 : 16;
        const Address from = Address::load(ip + (v4 ? 12 : 8), family);
        const Address to = Address::load(ip + (v4 ? 12 : 8) + width, family);
        const Key key{from, load_be16(tcp), to, load_be16(tcp + 2)};
        const Key other{to, load_be16(tcp + 2), from, load_be16(tcp)};
        const std::uint8_t flags = tcp[13];
        const std::uint32_t sequence = load_be32(tcp + 4);
        if ((flags & wire::tcp_flag::syn) != 0) {
            ++opened;
        } else {
            ASSERT_EQ(sequence, expected[key]) << "packet " << i;
        }
        const bool acknowledges = (flags & wire::tcp_flag::ack) != 0;
        ASSERT_EQ(load_be32(tcp + 8), acknowledges ? expected[other] : 0) << "packet " << i;
        const auto header = static_cast<std::size_t>(tcp - made.bytes.data()) + 4u * (tcp[12] >> 4);
        const bool counts = (flags & (wire::tcp_flag::syn | wire::tcp_flag::fin)) != 0;
        expected[key] = sequence + static_cast<std::uint32_t>(made.bytes.size() - header) + (counts ? 1 : 0);
        closed += (flags & wire::tcp_flag::fin) != 0;
    }
    EXPECT_GT(opened, 100u);
    EXPECT_GT(closed, 100u);
}

}  // namespace
}  // namespace gatehouse::io

#include "io/link_type.h"

#include <gtest/gtest.h>
#include <string_view>
#include <vector>

namespace gatehouse::io {
namespace {

constexpr Mac source{{2, 0, 0, 0, 0, 1}};
constexpr Mac destination{{2, 0, 0, 0, 0, 2}};

Bytes bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

struct Framed {
    const char* name;
    std::uint16_t link_type;
    std::string_view head;     // the record's link header
    std::string_view payload;  // what follows it
    std::uint16_t type;        // of the synthesised header
};

void PrintTo(const Framed& c, std::ostream* out) { *out << c.name; }

using namespace std::string_view_literals;
constexpr std::string_view v4 = "\x45...", v6 = "\x60...";

const Framed framed[] = {
    {"RawV4", 101, "", v4, 0x0800},
    {"RawV6", 101, "", v6, 0x86dd},
    {"RawAsDlt", 12, "", v4, 0x0800},
    {"RawOfOpenbsd", 14, "", v6, 0x86dd},
    {"Ipv4", 228, "", v4, 0x0800},
    {"Ipv6", 229, "", v6, 0x86dd},
    {"NullLittleV4", 0, "\2\0\0\0"sv, v4, 0x0800},
    {"NullBigV4", 0, "\0\0\0\2"sv, v4, 0x0800},
    {"NullLinuxV6", 0, "\12\0\0\0"sv, v6, 0x86dd},
    {"NullWindowsV6", 0, "\27\0\0\0"sv, v6, 0x86dd},
    {"NullOpenbsdV6", 0, "\0\0\0\30"sv, v6, 0x86dd},
    {"NullFreebsdV6", 0, "\34\0\0\0"sv, v6, 0x86dd},
    {"NullMacV6", 0, "\36\0\0\0"sv, v6, 0x86dd},
    {"LoopV4", 108, "\0\0\0\2"sv, v4, 0x0800},
    {"LoopV6", 108, "\0\0\0\30"sv, v6, 0x86dd},
    {"SllV4", 113, "\0\0\0\1\0\6abcdef..\x08\0"sv, v4, 0x0800},
    {"SllV6", 113, "\0\4\0\1\0\6abcdef..\x86\xdd"sv, v6, 0x86dd},
    {"SllLlc", 113, "\0\2\0\1\0\6abcdef..\0\4"sv, "BB\3", 3},
    {"Sll2V4", 276, "\x08\0\0\0\0\0\0\5\0\1\0\6abcdef.."sv, v4, 0x0800},
    {"Sll2Arp", 276, "\x08\6\0\0\0\0\0\5\0\1\1\6abcdef.."sv, "arp", 0x0806},
    {"PppV4", 9, "\xff\3\0\x21"sv, v4, 0x0800},
    {"PppV6", 9, "\xff\3\0\x57"sv, v6, 0x86dd},
    {"PppCompressedProtocol", 9, "\x21", v4, 0x0800},
    {"PppWithoutAddress", 50, "\0\x57"sv, v6, 0x86dd},
    {"PppoeSession", 51, "", "\x11\0\0\1\0\6\0\x21...."sv, 0x8864},
    {"PppoeDiscovery", 51, "", "\x11\x09\0\0\0\0"sv, 0x8863},
};

class FramedRecord : public testing::TestWithParam<Framed> {};
INSTANTIATE_TEST_SUITE_P(, FramedRecord, testing::ValuesIn(framed),
                         [](const auto& c) { return c.param.name; });

TEST_P(FramedRecord, BecomesEthernet) {
    const auto& c = GetParam();
    const std::string record = std::string(c.head) + std::string(c.payload);
    const auto framing = framing_of(LinkType{c.link_type}, bytes_of(record));
    ASSERT_TRUE(framing) << framing.error().text();
    EXPECT_FALSE(framing->complete);
    EXPECT_EQ(framing->growth(), 14 - static_cast<int>(c.head.size()));
    std::vector<std::uint8_t> out(100);
    const auto length = write_ethernet(*framing, bytes_of(record), source, destination, out);
    ASSERT_EQ(length, 14 + c.payload.size());
    EXPECT_EQ(Mac::load(out.data()), destination);
    EXPECT_EQ(Mac::load(out.data() + 6), source);
    EXPECT_EQ(load_be16(out.data() + 12), c.type);
    EXPECT_EQ(std::string(out.begin() + 14, out.begin() + length), c.payload);

    EXPECT_EQ(write_ethernet(*framing, bytes_of(record), source, destination, {out.data(), length - 1}), 0u);
}

TEST(LinkType, RecordsThatEndWithinTheirLinkHeaderAreTruncated) {
    for (const auto& c : framed) {
        if (c.head.size() < 4) continue;  // no link header, or one whose length shows only as it is read
        const auto framing = framing_of(LinkType{c.link_type}, bytes_of(c.head.substr(0, c.head.size() - 1)));
        ASSERT_FALSE(framing) << c.name;
        EXPECT_EQ(framing.error().kind, FramingError::Kind::truncated) << c.name;
        EXPECT_EQ(framing.error().there, c.head.size() - 1) << c.name;
        EXPECT_EQ(framing.error().needed, c.head.size()) << c.name;
    }
}

TEST(LinkType, EthernetStaysAsItIs) {
    const auto framing = framing_of(LinkType::ethernet, bytes_of("any"));
    ASSERT_TRUE(framing && framing->complete);
    EXPECT_EQ(framing->growth(), 0);
    std::vector<std::uint8_t> out(3);
    EXPECT_EQ(write_ethernet(*framing, bytes_of("any"), source, destination, out), 3u);
    EXPECT_EQ(std::string(out.begin(), out.end()), "any");
}

TEST(LinkType, CookedRecordsTellMore) {
    const auto sent = framing_of(LinkType::linux_sll, bytes_of("\0\4\0\1\0\6abcdef..\x08\0"sv));
    ASSERT_TRUE(sent);
    EXPECT_TRUE(sent->outgoing);
    EXPECT_EQ(sent->sender, (Mac{{'a', 'b', 'c', 'd', 'e', 'f'}}));
    EXPECT_FALSE(sent->interface_index);
    const auto seen = framing_of(LinkType::linux_sll2, bytes_of("\x08\0\0\0\0\0\1\5\0\1\3\4abcdef.."sv));
    ASSERT_TRUE(seen);
    EXPECT_EQ(seen->packet_type, PacketType::other_host);
    EXPECT_EQ(seen->interface_index, 0x105u);
    EXPECT_FALSE(seen->sender) << "four bytes are no MAC address";
}

TEST(LinkType, RefusesByName) {
    const struct {
        std::uint16_t link_type;
        std::string_view record;
        const char* text;
    } cases[] = {
        {105, "", "LINKTYPE_IEEE802_11 (105) can't be turned into Ethernet"},
        {999, "", "link type 999 can't be turned into Ethernet"},
        {101, "\x50", "a record of LINKTYPE_RAW (101) with protocol 0x5, which isn't a network packet"},
        {101, "", "a record of LINKTYPE_RAW (101) with 0 bytes, where its link header takes 1"},
        {0, "\0\0\0\7"sv, "a record of LINKTYPE_NULL (0) with protocol 0x7, which isn't a network packet"},
        {9, "\xff\3\xc0\x21"sv,
         "a record of LINKTYPE_PPP (9) with protocol 0xc021, which isn't a network packet"},
        {113, "\0\0\3\x23\0\6abcdef..\x08\0"sv, "a record of LINKTYPE_LINUX_SLL (113) with protocol 0x800"},
        {113, "\0\0\0\1\0\6abcdef..\0\1"sv, "a record of LINKTYPE_LINUX_SLL (113) with protocol 0x1"},
    };
    for (const auto& [link_type, record, text] : cases) {
        const auto framing = framing_of(LinkType{link_type}, bytes_of(record));
        ASSERT_FALSE(framing) << text;
        EXPECT_TRUE(framing.error().text().starts_with(text)) << framing.error().text();
    }
    EXPECT_TRUE(convertible(LinkType::linux_sll));
    EXPECT_TRUE(convertible(LinkType::ethernet));
    EXPECT_FALSE(convertible(LinkType{105}));
}

}  // namespace
}  // namespace gatehouse::io

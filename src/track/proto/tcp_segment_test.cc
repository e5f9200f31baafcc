#include "track/proto/tcp_segment.h"

#include <gtest/gtest.h>

#include "wire/builder.h"

namespace gatehouse::track::tcp {
namespace {

using namespace wire::tcp_flag;

Segment read(const wire::Tcp& tcp, std::size_t length = 0) {
    const std::vector<std::uint8_t> data(length);
    const auto packet = wire::PacketBuilder().ipv4({}).tcp(tcp).payload(data).build();
    return read_segment(Bytes(packet).subspan(20));
}

TEST(TcpSegment, Numbers) {
    const Segment s =
        read({.sequence = 0xffffff00, .acknowledgment = 77, .flags = syn | fin | ack, .window = 9}, 300);
    EXPECT_EQ(s.seq, 0xffffff00);
    EXPECT_EQ(s.end, 0xffffff00 + 302);
    EXPECT_EQ(s.ack, 77u);
    EXPECT_EQ(s.sack, 77u);
    EXPECT_EQ(s.window, 9);
    EXPECT_FALSE(s.has_options);
}

TEST(TcpSegment, Options) {
    struct Row {
        std::string_view name;
        wire::TcpOptionList options;
        bool sack_permitted, scales;
        std::uint8_t scale;
        std::uint32_t sack;
    };
    const std::uint8_t cut[] = {3, 4, 1, 1}, short_one[] = {3, 1, 7, 4},
                       two_scales[] = {3, 3, 5, 3, 3, 6, 1, 1};
    const Row rows[] = {
        {"none", {}, false, false, 0, 1000},
        {"timestamps", wire::TcpOptionList().nop().nop().timestamps(1, 2), false, false, 0, 1000},
        {"SACK permitted", wire::TcpOptionList().sack_permitted(), true, false, 0, 1000},
        {"a scale", wire::TcpOptionList().window_scale(7), false, true, 7, 1000},
        {"the greatest scale", wire::TcpOptionList().window_scale(14), false, true, 14, 1000},
        {"a scale too great", wire::TcpOptionList().window_scale(15), false, true, 14, 1000},
        {"the last scale counts", wire::TcpOptionList().raw(two_scales), false, true, 6, 1000},
        {"a scale of a wrong length", wire::TcpOptionList().raw(cut), false, false, 0, 1000},
        {"a length too short", wire::TcpOptionList().raw(short_one), false, false, 0, 1000},
        {"nothing behind the end", wire::TcpOptionList().end().window_scale(7), false, false, 0, 1000},
        {"one block", wire::TcpOptionList().sack({{1500, 2000}}), false, false, 0, 2000},
        {"the highest of three", wire::TcpOptionList().sack({{1500, 2000}, {4000, 5000}, {2500, 3000}}),
         false, false, 0, 5000},
        {"a block before the ACK", wire::TcpOptionList().sack({{500, 900}}), false, false, 0, 1000},
        {"the first option of two", wire::TcpOptionList().sack({{1500, 2000}}).sack({{2500, 3000}}), false,
         false, 0, 2000},
    };
    for (const Row& row : rows) {
        const Segment s = read({.acknowledgment = 1000, .flags = ack, .options = row.options});
        EXPECT_EQ(s.sack_permitted, row.sack_permitted) << row.name;
        EXPECT_EQ(s.scales, row.scales) << row.name;
        EXPECT_EQ(s.scale, row.scale) << row.name;
        EXPECT_EQ(s.sack, row.sack) << row.name;
        EXPECT_EQ(s.has_options, !row.options.bytes().empty()) << row.name;
    }
}

TEST(TcpSegment, KindsAndFlags) {
    struct Row {
        std::uint8_t flags;
        TcpKind kind;
        bool fits, fits_urgent;
    };
    constexpr Row rows[] = {
        {syn, TcpKind::syn, true, true},
        {syn | ack, TcpKind::syn_ack, true, false},
        {fin | ack, TcpKind::fin, true, true},
        {ack, TcpKind::ack, true, true},
        {rst, TcpKind::rst, true, false},
        {rst | ack, TcpKind::rst, true, false},
        {fin, TcpKind::fin, false, false},
        {0, TcpKind::none, false, false},
        {syn | fin, TcpKind::syn, false, false},
        {syn | rst, TcpKind::rst, false, false},
        {rst | fin, TcpKind::rst, false, false},
        {syn | fin | ack, TcpKind::syn_ack, false, false},
        {rst | fin | ack, TcpKind::rst, false, false},
    };
    for (const Row& row : rows) {
        for (const int other : {0, psh + 0, ece | cwr, psh | ece | cwr}) {
            const auto extra = static_cast<std::uint8_t>(other);
            EXPECT_EQ(kind_of(row.flags | extra), row.kind) << unsigned{row.flags};
            EXPECT_EQ(flags_fit(row.flags | extra), row.fits) << unsigned{row.flags};
            EXPECT_EQ(flags_fit(row.flags | extra | urg), row.fits_urgent) << unsigned{row.flags};
        }
    }
}

}  // namespace
}  // namespace gatehouse::track::tcp

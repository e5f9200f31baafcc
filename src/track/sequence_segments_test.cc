// Segments of a connection whose data were made longer and shorter, at odd and even places of the header.
#include <gtest/gtest.h>

#include "packet/edit.h"
#include "packet/test_frame.h"
#include "track/sequence_adjustment.h"
#include "track/sequence_shift.h"
#include "wire/tcp.h"

namespace gatehouse::track {
namespace {

// The client's data are 4 bytes longer behind 1009 and 3 shorter behind 1019, in all 1.
SequenceAdjustment changed() {
    SequenceAdjustment adjustment{};
    sequence_shift::note(adjustment.one[0], 1009, 4);
    sequence_shift::note(adjustment.one[0], 1019, -3);
    return adjustment;
}

TestFrame segment(std::uint32_t sequence, std::uint32_t acknowledgment, const wire::TcpOptionList& options,
                  Family family) {
    wire::PacketBuilder b;
    b.ethernet({});
    if (is_v4(family)) {
        b.ipv4({.source = Address::v4(0x0a000102), .destination = Address::v4(0xc6336409)});
    } else {
        b.ipv6({.source = {{0xfd000001, 0, 0, 2}}, .destination = {{0x20010db8, 0, 0, 9}}});
    }
    b.tcp({.source = 4000,
           .destination = 21,
           .sequence = sequence,
           .acknowledgment = acknowledgment,
           .flags = wire::tcp_flag::ack,
           .options = options})
        .payload("data");
    TestFrame frame(b.finish());
    EXPECT_FALSE(parse_frame(frame.packet).finding);
    return frame;
}

class Segments : public testing::TestWithParam<Family> {};
INSTANTIATE_TEST_SUITE_P(Families, Segments, testing::Values(Family::ipv4, Family::ipv6),
                         [](const auto& row) { return is_v4(row.param) ? "v4" : "v6"; });

TEST_P(Segments, OfTheOneWhoseDataChangedGoOn) {
    const struct {
        std::uint32_t sent, seen;
    } rows[] = {{1000, 1000}, {1009, 1009}, {1010, 1014}, {1019, 1023}, {1020, 1021}, {2000, 2001}};
    for (const auto& row : rows) {
        TestFrame frame = segment(row.sent, 77, {}, GetParam());
        adjust_sequence(frame.packet, changed(), nullptr, Direction::original);
        EXPECT_EQ(load_be32(frame.packet.l4() + 4), row.seen);
        EXPECT_EQ(load_be32(frame.packet.l4() + 8), 77u);
        EXPECT_TRUE(edit::transport_checksum_ok(frame.packet));
    }
}

TEST_P(Segments, OfTheOtherAcknowledgeWhatWasSent) {
    for (unsigned nops = 0; nops < 2; ++nops) {
        wire::TcpOptionList options;
        for (unsigned i = 0; i < nops; ++i) options.nop();
        options.sack({{1014, 1021}, {2001, 2101}});
        TestFrame frame = segment(500, 1009, options, GetParam());
        adjust_sequence(frame.packet, changed(), nullptr, Direction::reply);
        const auto view = wire::TcpView::parse(frame.packet.transport());
        ASSERT_TRUE(view);
        EXPECT_EQ(view->sequence(), 500u);
        EXPECT_EQ(view->acknowledgment(), 1009u);
        wire::TcpOptions read = view->options();
        const auto sack = read.next();
        ASSERT_TRUE(sack && sack->sack_count() == 2);
        EXPECT_EQ(sack->sack(0).left, 1010u);
        EXPECT_EQ(sack->sack(0).right, 1020u);
        EXPECT_EQ(sack->sack(1).left, 2000u);
        EXPECT_EQ(sack->sack(1).right, 2100u);
        EXPECT_TRUE(edit::transport_checksum_ok(frame.packet));
    }
}

}  // namespace
}  // namespace gatehouse::track

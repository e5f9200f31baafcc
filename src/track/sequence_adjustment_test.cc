// Numbers that two sides know by different values.
#include "track/sequence_adjustment.h"

#include <gtest/gtest.h>

#include "packet/edit.h"
#include "track/proto/proto_testing.h"
#include "wire/tcp.h"

namespace gatehouse::track {
namespace {

using testing::Parsed;

class Adjusted : public ::testing::TestWithParam<Family> {};
INSTANTIATE_TEST_SUITE_P(Families, Adjusted, ::testing::Values(Family::ipv4, Family::ipv6),
                         [](const auto& row) { return is_v4(row.param) ? "v4" : "v6"; });

TEST_P(Adjusted, SegmentsAreShiftedBothWays) {
    // What the original direction sends grew by 5 behind 1000; what the reply direction sends began 7000
    // higher.
    SequenceAdjustment all{};
    all.one[0] = {.position = 1000, .before = 0, .after = 5};
    all.one[1] = {.position = 0, .before = 7000, .after = 7000};
    struct Row {
        Direction direction;
        std::uint32_t sequence, acknowledged, sequence_then, acknowledged_then;
    };
    for (const Row& row :
         {Row{Direction::original, 1000, 8000, 1000, 1000}, Row{Direction::original, 1001, 8500, 1006, 1500},
          Row{Direction::reply, 1000, 1000, 8000, 1000}, Row{Direction::reply, 1000, 1001, 8000, 1000},
          Row{Direction::reply, 1000, 2005, 8000, 2000}}) {
        for (const unsigned lead : {0u, 1u}) {
            Parsed made(GetParam(), row.direction, [&](wire::PacketBuilder& b) {
                wire::Tcp fields{.sequence = row.sequence,
                                 .acknowledgment = row.acknowledged,
                                 .flags = wire::tcp_flag::ack};
                // At an even and at an odd offset.
                for (unsigned i = 0; i <= lead; ++i) fields.options.nop();
                fields.options.sack({{row.acknowledged, row.acknowledged + 1}});
                b.tcp(fields).payload("x");
            });
            adjust_sequence(made.packet, all, nullptr, row.direction);
            const auto segment = wire::TcpView::parse(made.packet.transport());
            ASSERT_TRUE(segment);
            EXPECT_EQ(segment->sequence(), row.sequence_then);
            EXPECT_EQ(segment->acknowledgment(), row.acknowledged_then);
            auto options = segment->options();
            const auto sack = options.next();
            ASSERT_TRUE(sack);
            EXPECT_EQ(sack->sack(0).left, row.acknowledged_then);
            EXPECT_TRUE(edit::transport_checksum_ok(made.packet));
        }
    }
}

TEST_P(Adjusted, WithoutAnAcknowledgmentNothingIsShiftedThere) {
    SequenceAdjustment all{};
    all.one[1] = {.position = 0, .before = 7000, .after = 7000};
    Parsed made(GetParam(), Direction::original,
                [](auto& b) { b.tcp({.sequence = 1, .acknowledgment = 99, .flags = wire::tcp_flag::rst}); });
    adjust_sequence(made.packet, all, nullptr, Direction::original);
    EXPECT_EQ(wire::TcpView::parse(made.packet.transport())->acknowledgment(), 99u);
}

}  // namespace
}  // namespace gatehouse::track

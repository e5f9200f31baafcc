#include "io/memory_device.h"

#include <array>
#include <gtest/gtest.h>

#include "io/capture_testing.h"
#include "io/recording_device.h"
#include "packet/reason.h"

namespace gatehouse::io {
namespace {

constexpr std::array<std::uint8_t, 3> frame{1, 2, 3};
constexpr InterfaceId lan{4};
constexpr PoolId pool{7};

TEST(MemoryDevice, GivesPacketsInOrderAndTakesEachBackOnce) {
    MemoryDevice device(pool, lan, 2);
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(device.put({i}, frame));
    std::array<Packet*, 8> batch{};
    ASSERT_EQ(device.receive(batch), 2u) << "no more than the pool has";
    EXPECT_EQ(device.receive(batch), 0u);
    EXPECT_EQ(device.outstanding(), 2u);
    Packet& second_packet = *batch[1];
    EXPECT_EQ(second_packet.time, Time{1});
    EXPECT_EQ(second_packet.in, lan);
    EXPECT_EQ(second_packet.pool, pool);
    EXPECT_EQ(std::vector(second_packet.data, second_packet.data + second_packet.length),
              std::vector<std::uint8_t>({1, 2, 3}));

    device.complete(second_packet, {.verdict = Completed::Verdict::dropped, .finding = {Reason::no_route}});
    EXPECT_FALSE(device.completed()[0]);
    ASSERT_TRUE(device.completed()[1]);
    EXPECT_EQ(device.completed()[1]->finding.reason, Reason::no_route);
    device.complete(second_packet, {});
    EXPECT_EQ(device.misuses(), 1u);
    EXPECT_EQ(device.outstanding(), 1u);

    EXPECT_FALSE(device.exhausted());
    device.finish();
    EXPECT_FALSE(device.exhausted()) << "one frame waits";
    ASSERT_EQ(device.receive(batch), 1u);
    EXPECT_EQ(batch[0]->time, Time{2});
    EXPECT_TRUE(device.exhausted());
}

TEST(MemoryDevice, RefusesAPacketOfAnotherPool) {
    MemoryDevice device(pool, lan), other(PoolId{8}, lan);
    other.put({}, frame);
    std::array<Packet*, 1> batch{};
    ASSERT_EQ(other.receive(batch), 1u);
    device.complete(*batch[0], {});
    EXPECT_EQ(device.misuses(), 1u);
    EXPECT_EQ(other.outstanding(), 1u);
}

TEST(MemoryDevice, RefusesFramesLongerThanItsBuffers) {
    MemoryDevice device(pool, lan, 1, 2);
    EXPECT_FALSE(device.put({}, frame));
    EXPECT_TRUE(device.put({}, Bytes(frame).first(2)));
}

TEST(MemoryDevice, SendsUntilItIsFull) {
    MemoryDevice device(pool, lan, 4, 64, 2);
    for (int i = 0; i < 3; ++i) device.put({i}, frame);
    std::array<Packet*, 3> batch{};
    ASSERT_EQ(device.receive(batch), 3u);
    const std::array<const Packet*, 3> out{batch[0], batch[1], batch[2]};
    EXPECT_EQ(device.transmit(out), 2u);
    EXPECT_EQ(device.transmit(out), 0u);
    ASSERT_EQ(device.sent().size(), 2u);
    EXPECT_EQ(device.sent()[1].time, Time{1});
    EXPECT_EQ(device.sent()[1].bytes, std::vector<std::uint8_t>({1, 2, 3}));
    device.forget_sent();
    EXPECT_EQ(device.transmit(out), 2u);
}

TEST(RecordingDevice, WritesWhatPassesAndIsADeviceItself) {
    MemoryDevice memory(pool, lan, 4, 64, 1);
    auto writer = PcapngWriter::to_memory();
    writer.add_interface({.name = "another"});
    RecordingDevice device(memory, writer, "lan");
    memory.put({10}, frame);
    memory.put({20}, Bytes(frame).first(1));
    memory.finish();
    std::array<Packet*, 4> batch{};
    ASSERT_EQ(device.receive(batch), 2u);
    EXPECT_TRUE(device.exhausted());
    batch[0]->data[0] = 'e';  // an edit after arrival isn't in what came in
    const std::array<const Packet*, 2> out{batch[0], batch[1]};
    EXPECT_EQ(device.transmit(out), 1u);
    for (Packet* packet : {batch[0], batch[1]}) device.complete(*packet, {});
    EXPECT_EQ(memory.outstanding(), 0u);

    const auto all = read_all(writer.written());
    ASSERT_EQ(all.kept.size(), 3u) << "two came, and one of two left";
    EXPECT_EQ(all.kept[0].data, "\1\2\3");
    EXPECT_EQ(all.kept[0].interface, "lan");
    EXPECT_EQ(all.kept[0].record.direction, CaptureDirection::inbound);
    EXPECT_EQ(all.kept[1].record.time, Time{20});
    EXPECT_EQ(all.kept[2].data, "e\2\3");
    EXPECT_EQ(all.kept[2].record.direction, CaptureDirection::outbound);
}

}  // namespace
}  // namespace gatehouse::io

// What is looked up ahead of packets' lives changes nothing about them.
#include <algorithm>
#include <gtest/gtest.h>

#include "engine/testing.h"

namespace gatehouse {
namespace {

// Some flows with many packets, some with one, mixed, so that a batch holds packets that open a connection
// and others that find it; some can't be tracked at all.
std::vector<std::vector<std::uint8_t>> mixed_frames() {
    std::vector<std::vector<std::uint8_t>> frames;
    Random random(7);
    for (unsigned i = 0; i < 500; ++i) {
        const auto port = static_cast<std::uint16_t>(random.below(4) == 0 ? 1000 + i : 53 + random.below(8));
        const bool v4 = random.below(3) != 0;
        auto frame = v4 ? testing::udp_frame(Family::ipv4, "10.0.1.2", "198.51.100.9", port)
                        : testing::udp_frame(Family::ipv6, "fd00:1::2", "2001:db8::9", port);
        if (i % 41 == 0) frame[14 + (v4 ? 20 : 40) + 7] ^= 1;  // a wrong checksum
        frames.push_back(std::move(frame));
    }
    return frames;
}

struct Outcome {
    std::vector<std::vector<std::uint8_t>> left;
    std::vector<std::string> connections;
    std::uint64_t found = 0, opened = 0, invalid = 0;
    bool operator==(const Outcome&) const = default;
};

// `announced`: each batch is named with the one before it.
Outcome outcome(std::size_t batch, bool announced = false) {
    EmptyWorld world;
    Configuration configuration{.router = testing::two_legs()};
    configuration.tracking.always = true;
    testing::Bench bench(world, std::move(configuration));
    std::vector<std::vector<Packet*>> batches(1);
    for (const auto& frame : mixed_frames()) {
        if (batches.back().size() == batch) batches.emplace_back();
        batches.back().push_back(bench.packet(frame));
    }
    batches.emplace_back();
    for (std::size_t i = 0; i + 1 < batches.size(); ++i)
        bench.engine.receive(batches[i], announced ? batches[i + 1] : std::vector<Packet*>());
    Outcome outcome;
    for (const auto& left : bench.recorder.left) outcome.left.push_back(left.bytes);
    track::Table& table = bench.engine.tracking()->table();
    track::ScanCursor cursor;
    while (table.scan(cursor, 64, [&](track::ConnIndex, track::Entry& entry) {
        using track::Direction;
        const track::Tuple tuple = entry.tuple(Direction::original);
        outcome.connections.push_back(to_string(tuple.destination, tuple.family) + " " +
                                      std::to_string(tuple.ends.destination) + " " +
                                      std::to_string(entry.packets(Direction::original)));
    })) {
    }
    outcome.found = table.statistics().found;
    outcome.opened = table.statistics().insert;
    outcome.invalid = table.statistics().invalid;
    return outcome;
}

TEST(LookAhead, ChangesNothingWhateverTheBatch) {
    const Outcome one = outcome(1);
    EXPECT_GT(one.found, 200);
    EXPECT_GT(one.opened, 100);
    EXPECT_GT(one.invalid, 10);
    EXPECT_EQ(one.found + one.opened + one.invalid, 500);
    for (const std::size_t batch : {7, 64, 500}) {
        EXPECT_EQ(outcome(batch), one) << batch;
        EXPECT_EQ(outcome(batch, true), one) << batch << ", announced";
    }
}

}  // namespace
}  // namespace gatehouse

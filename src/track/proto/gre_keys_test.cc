#include "track/proto/gre_keys.h"

#include <gtest/gtest.h>

#include "wire/protocol.h"

namespace gatehouse::track {
namespace {

Tuple frames(std::uint32_t from, std::uint32_t to, std::uint16_t source, std::uint16_t destination) {
    return {.source = Address::v4(from),
            .destination = Address::v4(to),
            .ends = {source, destination},
            .protocol = wire::protocol::gre};
}

TEST(GreKeys, CompletesWhatAPacketSays) {
    GreKeys keys(8, 1);
    const auto place = keys.add(frames(1, 2, 7, 100), {});
    ASSERT_NE(place, 0u);
    EXPECT_EQ(keys.source_of(frames(1, 2, 0, 100), {}), 7);
    EXPECT_EQ(keys.source_of(frames(1, 2, 0, 101), {}), 0) << "another call";
    EXPECT_EQ(keys.source_of(frames(2, 1, 0, 100), {}), 0) << "the other way";
    EXPECT_EQ(keys.source_of(frames(1, 2, 0, 100), {5}), 0) << "another zone";
    EXPECT_TRUE(keys.is_of(place, frames(1, 2, 8, 100), {}));
    EXPECT_FALSE(keys.is_of(place, frames(1, 2, 7, 101), {}));
    keys.remove(place);
    EXPECT_EQ(keys.source_of(frames(1, 2, 0, 100), {}), 0);
    EXPECT_EQ(keys.count(), 0u);
}

TEST(GreKeys, TheFirstNotedCounts) {
    GreKeys keys(8, 1);
    const auto first = keys.add(frames(1, 2, 7, 100), {});
    keys.add(frames(1, 2, 8, 100), {});
    EXPECT_EQ(keys.source_of(frames(1, 2, 0, 100), {}), 7);
    keys.remove(first);
    EXPECT_EQ(keys.source_of(frames(1, 2, 0, 100), {}), 8);
}

TEST(GreKeys, HasRoomForSoManyAndNoMore) {
    GreKeys keys(4, 1);
    GreKeys::Place last = 0;
    for (std::uint16_t call = 1; call <= 4; ++call) last = keys.add(frames(1, 2, call, call), {});
    EXPECT_NE(last, 0u);
    EXPECT_EQ(keys.add(frames(1, 2, 5, 5), {}), 0u);
    keys.remove(last);
    EXPECT_NE(keys.add(frames(1, 2, 5, 5), {}), 0u);
}

}  // namespace
}  // namespace gatehouse::track

#include "base/checksum.h"

#include <array>
#include <gtest/gtest.h>

namespace gatehouse::checksum {
namespace {

TEST(Checksum, MatchesTheExampleOfRfc1071) {
    const std::array<std::uint8_t, 8> words{0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
    EXPECT_EQ(fold(add(words)), 0xddf2);
    EXPECT_EQ(finish(add(words)), 0x220d);
}

TEST(Checksum, PadsAnOddByteOnTheRight) {
    const std::array<std::uint8_t, 3> bytes{0x01, 0x02, 0x03};
    EXPECT_EQ(fold(add(bytes)), 0x0102 + 0x0300);
}

TEST(Checksum, IncrementalUpdateEqualsRecomputation) {
    for (std::uint32_t from : {0u, 1u, 0xffffu, 0x12345678u, 0xffffffffu}) {
        for (std::uint32_t to : {0u, 2u, 0xfffeu, 0x87654321u, 0xffffffffu}) {
            std::array<std::uint8_t, 8> data{0x45, 0, 0x12, 0x34};
            store_be32(&data[4], from);
            const std::uint16_t field = finish(add(data));
            store_be32(&data[4], to);
            EXPECT_EQ(update32(field, from, to), finish(add(data))) << from << " to " << to;
        }
    }
}

}  // namespace
}  // namespace gatehouse::checksum

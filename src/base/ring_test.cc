#include "base/ring.h"

#include <gtest/gtest.h>
#include <thread>

namespace gatehouse {
namespace {

TEST(Ring, KeepsOrderAndSaysWhenItIsFull) {
    Ring<int> ring(3);
    EXPECT_EQ(ring.room(), 4u);
    for (int round = 0; round < 5; ++round) {
        for (int i = 0; i < 4; ++i) {
            int* const at = ring.next();
            ASSERT_NE(at, nullptr);
            *at = i;
            ring.post();
        }
        EXPECT_EQ(ring.next(), nullptr);
        std::vector<int> seen;
        EXPECT_EQ(ring.drain(3, [&](int i) { seen.push_back(i); }), 3u);
        EXPECT_NE(ring.next(), nullptr);
        EXPECT_EQ(ring.drain(3, [&](int i) { seen.push_back(i); }), 1u);
        EXPECT_EQ(ring.drain(3, [&](int i) { seen.push_back(i); }), 0u);
        EXPECT_EQ(seen, (std::vector{0, 1, 2, 3}));
    }
}

TEST(Ring, PassesEverythingToAnotherThread) {
    constexpr std::uint64_t count = 200'000;
    Ring<std::uint64_t> ring(64);
    std::uint64_t expected = 0;
    std::thread reader([&] {
        while (expected < count) {
            if (ring.drain(16, [&](std::uint64_t i) { EXPECT_EQ(i, expected++); }) == 0)
                std::this_thread::yield();
        }
    });
    for (std::uint64_t i = 0; i < count;) {
        if (std::uint64_t* const at = ring.next()) {
            *at = i++;
            ring.post();
        } else {
            std::this_thread::yield();
        }
    }
    reader.join();
    EXPECT_EQ(expected, count);
}

}  // namespace
}  // namespace gatehouse

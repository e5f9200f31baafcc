#include "route/destination_cache.h"

#include <gtest/gtest.h>

namespace gatehouse::route {
namespace {

class OfFamily : public testing::TestWithParam<Family> {
  protected:
    Address address(std::uint32_t n) const {
        return is_v4(GetParam()) ? Address::v4(n) : Address{{0x20010db8, n, 0, n >> 3}};
    }
    std::uint32_t known(const Address& a) const {
        const void* const line = cache.ask(a);
        return is_v4(GetParam()) ? cache.known4(line, a) : cache.known6(line, a);
    }
    DestinationCache cache{GetParam()};
};

TEST_P(OfFamily, KnowsWhatItWasTold) {
    EXPECT_EQ(known(address(0)), 0u);
    EXPECT_EQ(known(address(7)), 0u);
    cache.remember(address(7), 70);
    cache.remember(address(8), 80);
    EXPECT_EQ(known(address(7)), 70u);
    EXPECT_EQ(known(address(8)), 80u);
    EXPECT_EQ(known(address(9)), 0u);
    cache.remember(address(7), 71);
    EXPECT_EQ(known(address(7)), 71u);
}

TEST_P(OfFamily, ForgetsAllAtOnceAndFillsAnew) {
    for (std::uint32_t n = 1; n <= 5'000; ++n) cache.remember(address(n), n);
    cache.forget();
    for (std::uint32_t n = 1; n <= 5'000; ++n) ASSERT_EQ(known(address(n)), 0u);
    cache.remember(address(3), 33);
    EXPECT_EQ(known(address(3)), 33u);
    EXPECT_EQ(known(address(4)), 0u);
}

TEST_P(OfFamily, KeepsMostOfWhatItHasRoomForAndAnswersNothingFalse) {
    constexpr std::uint32_t many = 50'000;
    for (std::uint32_t n = 1; n <= 10 * many; ++n) cache.remember(address(n), n);
    for (std::uint32_t n = 1; n <= many; ++n) cache.remember(address(n), n);
    std::uint32_t kept = 0;
    for (std::uint32_t n = 1; n <= 10 * many; ++n) {
        const std::uint32_t alias = known(address(n));
        ASSERT_TRUE(alias == 0 || alias == n) << n;
        kept += n <= many && alias == n;
    }
    EXPECT_GT(kept, many / 2);
    EXPECT_LE(cache.bytes(), std::size_t{2} << 20);
}

INSTANTIATE_TEST_SUITE_P(Families, OfFamily, testing::Values(Family::ipv4, Family::ipv6),
                         [](const auto& one) { return is_v4(one.param) ? "v4" : "v6"; });

}  // namespace
}  // namespace gatehouse::route

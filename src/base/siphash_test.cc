// The example of the paper's appendix A, and two of its reference vectors.
#include "base/siphash.h"

#include <gtest/gtest.h>
#include <numeric>

namespace gatehouse {
namespace {

TEST(SipHash, IsThePapers) {
    std::array<std::uint8_t, 15> message{};
    std::iota(message.begin(), message.end(), std::uint8_t{0});
    constexpr SipKey key{0x0706050403020100, 0x0f0e0d0c0b0a0908};
    EXPECT_EQ(siphash(key, message), 0xa129ca6149be45e5u);
    EXPECT_EQ(siphash(key, {}), 0x726fdb47dd0e0e31u);
    EXPECT_EQ(siphash(key, Bytes(message).first(8)), 0x93f5f5799a932462u);
}

}  // namespace
}  // namespace gatehouse

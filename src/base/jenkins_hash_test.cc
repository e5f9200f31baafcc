// The hash of words that must be the kernel's.
#include "base/jenkins_hash.h"

#include <gtest/gtest.h>
#include <set>

namespace gatehouse {
namespace {

// What the kernel's choice showed (tests/scenarios/match-cluster.gh) holds single words; longer keys must at
// least depend on every bit of every word, and on the seed.
TEST(JenkinsHash, DependsOnEveryBit) {
    for (std::size_t length = 1; length <= 7; ++length) {
        std::uint32_t words[7] = {1, 2, 3, 4, 5, 6, 7};
        const std::span<const std::uint32_t> key(words, length);
        std::set<std::uint32_t> seen{jenkins_hash(key, 9), jenkins_hash(key, 10)};
        for (std::size_t bit = 0; bit < 32 * length; ++bit) {
            words[bit / 32] ^= 1u << bit % 32;
            seen.insert(jenkins_hash(key, 9));
            words[bit / 32] ^= 1u << bit % 32;
        }
        EXPECT_EQ(seen.size(), 2 + 32 * length) << length;
    }
}

TEST(JenkinsHash, OfNothingIsItsBeginning) { EXPECT_EQ(jenkins_hash({}, 0), 0xdeadbeefu); }

}  // namespace
}  // namespace gatehouse

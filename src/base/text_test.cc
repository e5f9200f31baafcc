#include "base/text.h"

#include <array>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatehouse {
namespace {

TEST(ParseNumber, TakesCNotationAndNothingElse) {
    EXPECT_EQ(parse_number("10"), 10u);
    EXPECT_EQ(parse_number("0x1F"), 31u);
    EXPECT_EQ(parse_number("017"), 15u);
    EXPECT_EQ(parse_number("0"), 0u);
    EXPECT_EQ(parse_number("18446744073709551615"), ~std::uint64_t{0});
    for (const char* bad : {"", "0x", "-1", "+1", " 1", "1 ", "1a", "08", "18446744073709551616"}) {
        EXPECT_FALSE(parse_number(bad)) << bad;
    }
    EXPECT_FALSE(parse_number("256", 255));
}

TEST(Split, KeepsEmptyPieces) {
    EXPECT_THAT(split("a,,b", ','), testing::ElementsAre("a", "", "b"));
    EXPECT_THAT(split("", ','), testing::ElementsAre(""));
}

TEST(Nearest, FindsTheNearMissOnly) {
    const std::array<std::string_view, 3> options{"--dport", "--sport", "--syn"};
    EXPECT_EQ(nearest("--dpotr", options), "--dport");
    EXPECT_EQ(nearest("--spor", options), "--sport");
    EXPECT_FALSE(nearest("--reject-with", options));
    EXPECT_EQ(did_you_mean("--dpotr", options), "did you mean `--dport`?");
}

}  // namespace
}  // namespace gatehouse

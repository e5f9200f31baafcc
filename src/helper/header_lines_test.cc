#include "helper/header_lines.h"

#include <gtest/gtest.h>

namespace gatehouse::helper {
namespace {

constexpr std::string_view text =
    "SETUP x RTSP/1.0\r\nCSeq:  3 \r\nnonsense\r\ntransport: a;b\r\n\r\nbody: 1\r\n\r\n";

TEST(HeaderLines, AHeadEndsWithAnEmptyLine) {
    const auto head = head_of(text);
    ASSERT_TRUE(head);
    EXPECT_TRUE(head->ends_with("a;b\r\n\r\n"));
    for (std::size_t cut = 0; cut < head->size(); ++cut) EXPECT_FALSE(head_of(text.substr(0, cut)));
}

TEST(HeaderLines, FindsFieldsWhateverTheCase) {
    const auto head = head_of(text).value_or("");
    const auto sequence = find_field(head, "cseq");
    ASSERT_TRUE(sequence);
    EXPECT_EQ(sequence->value, "3");
    EXPECT_EQ(text.substr(sequence->at, 1), "3");
    const auto transport = find_field(head, "Transport");
    ASSERT_TRUE(transport);
    EXPECT_EQ(transport->value, "a;b");
    EXPECT_FALSE(find_field(head, "body")) << "stands behind the head";
    EXPECT_FALSE(find_field(head, "SETUP x RTSP/1.0"));
    EXPECT_FALSE(find_field("", "a"));
    EXPECT_EQ(find_field("x\na:", "a")->value, "");
}

}  // namespace
}  // namespace gatehouse::helper

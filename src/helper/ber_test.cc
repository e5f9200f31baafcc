#include "helper/ber.h"

#include <gtest/gtest.h>
#include <vector>

namespace gatehouse::helper::ber {
namespace {

using Octets = std::vector<std::uint8_t>;

TEST(Ber, ReadsElementsOneBehindTheOther) {
    const Octets bytes{0x02, 1, 5, 0x04, 0x81, 2, 'a', 'b', 0x05, 0};
    Reader reader(bytes);
    EXPECT_FALSE(reader.next(tag::octets)) << "another tag: it stays where it is";
    const auto number = reader.next(tag::integer);
    ASSERT_TRUE(number);
    EXPECT_EQ(number->content[0], 5);
    const auto text = reader.next();
    ASSERT_TRUE(text);
    EXPECT_EQ(text->tag, tag::octets);
    EXPECT_EQ(text->content.size(), 2u);
    EXPECT_EQ(text->content.data(), &bytes[6]);
    EXPECT_TRUE(reader.next(tag::null));
    EXPECT_TRUE(reader.at_end());
    EXPECT_FALSE(reader.next());
}

TEST(Ber, RefusesWhatLeavesItsRange) {
    for (const Octets& bytes : {Octets{0x02}, Octets{0x02, 2, 5}, Octets{0x02, 0x80, 0, 0},
                                Octets{0x02, 0x82, 1}, Octets{0x02, 0x85, 0, 0, 0, 0, 0},
                                Octets{0x02, 0x84, 0xff, 0xff, 0xff, 0xff, 1}, Octets{0x1f, 0x81, 1, 1, 0}}) {
        Reader reader(bytes);
        EXPECT_FALSE(reader.next());
    }
}

}  // namespace
}  // namespace gatehouse::helper::ber

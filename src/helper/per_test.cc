#include "helper/per.h"

#include <gtest/gtest.h>
#include <optional>
#include <vector>

#include "helper/h323_testing.h"
#include "helper/h323_types.h"
#include "helper/q931.h"

namespace gatehouse::helper::per {
namespace {

using h323::testing::octets;

Bytes bytes_of(const std::string& text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

constexpr Type small = integer_of(0, 7), octet = integer_of(0, 255), word = integer_of(1, 65535),
               large = integer_of(0, 4294967295), unbounded{.kind = Kind::integer}, two = octets_of(2, 2),
               four = octets_of(4, 4), some = octets_of(1, 256), digits = characters_of(4, 1, 128),
               boolean{.kind = Kind::boolean};

// What a number behind a single bit reads as.
std::optional<std::uint32_t> number(const Type& type, std::string_view hex) {
    const Field fields[] = {{&boolean}, {&type, present, 1, true}};
    const Type both = sequence(fields);
    Items items;
    const std::string text = octets(hex);
    if (!read(bytes_of(text), {.type = &both}, items) || items.size() != 1) return {};
    return items[0].number;
}

TEST(Per, NumbersTakeTheRoomThatTheirRangeNeeds) {
    EXPECT_EQ(number(small, "d0"), 5u);           // 1 101
    EXPECT_EQ(number(octet, "80c8"), 200u);       // aligned
    EXPECT_EQ(number(word, "800100"), 257u);      // counted from one
    EXPECT_EQ(number(large, "a01234"), 0x1234u);  // 01: of two octets
}

TEST(Per, NumbersBeyondTheirRangeAreNone) {
    constexpr Type most_nine = integer_of(0, 9);
    EXPECT_EQ(number(most_nine, "c8"), 9u);
    EXPECT_FALSE(number(most_nine, "d0"));
}

// Whether a value of the type is there, and the number behind it.
std::optional<std::uint32_t> behind(const Type& type, std::string_view hex) {
    const Field fields[] = {{&type}, {&octet, present, 1, true}};
    const Type both = sequence(fields);
    Items items;
    const std::string text = octets(hex);
    if (!read(bytes_of(text), {.type = &both}, items) || items.size() != 1) return {};
    return items[0].number;
}

TEST(Per, StringsArePassedOver) {
    EXPECT_EQ(behind(two, "aabb07"), 7u);
    EXPECT_EQ(behind(four, "aabbccdd07"), 7u);
    EXPECT_EQ(behind(some, "01aabb07"), 7u);    // two of them
    EXPECT_EQ(behind(digits, "04123007"), 7u);  // 7 bits of length less one, aligned, three digits
    EXPECT_EQ(behind(unbounded, "02aabb07"), 7u);
    constexpr Type any{.kind = Kind::octets};
    EXPECT_EQ(behind(any, "8003aabbcc07"), 7u) << "a length of two octets";
    EXPECT_FALSE(behind(any, "c1aabbcc07")) << "one in pieces";
}

TEST(Per, AdditionsArePassedOverByTheirLength) {
    static constexpr Field fields[] = {{&boolean}};
    static constexpr Field added[] = {{}, {&octet, optional, 2, true}};
    const Type type = extensible(sequence(fields), added);
    // Extended, a boolean, three additions (0 000010), of which the first two are there (110).
    const std::string value = octets("c16002aabb0105");
    Items items;
    ASSERT_TRUE(read(bytes_of(value), {.type = &type}, items));
    ASSERT_EQ(items.size(), 1u);
    EXPECT_EQ(items[0].number, 5u);
}

struct Whole {
    const char* name;
    std::string_view hex;
    const Type* type;
    std::size_t items;
};
const Whole wholes[] = {
    {"open_channel", h323::testing::open_channel, &h323::multimedia_message, 1},
    {"open_video", h323::testing::open_video, &h323::multimedia_message, 1},
    {"accept_channel", h323::testing::accept_channel, &h323::multimedia_message, 2},
    {"register_600", h323::testing::register_600, &h323::ras_message, 3},
    {"registered_90", h323::testing::registered_90, &h323::ras_message, 2},
    {"may_i_call", h323::testing::may_i_call, &h323::ras_message, 1},
    {"located", h323::testing::located, &h323::ras_message, 1},
};
class PerMessage : public ::testing::TestWithParam<Whole> {};
INSTANTIATE_TEST_SUITE_P(Of, PerMessage, ::testing::ValuesIn(wholes),
                         [](const auto& of) { return std::string(of.param.name); });

TEST_P(PerMessage, IsReadWhole) {
    const std::string text = octets(GetParam().hex);
    Items items;
    ASSERT_TRUE(read(bytes_of(text), {.type = GetParam().type}, items));
    EXPECT_EQ(items.size(), GetParam().items);
    for (const Item& item : items) EXPECT_LE(item.at + item.address_bytes + 2u, text.size());
}

// A copy of just that size, so that a sanitizer sees a byte too many.
TEST_P(PerMessage, CutAnywhereIsReadWithinItsBounds) {
    const std::string text = octets(GetParam().hex);
    for (std::size_t size = 0; size < text.size(); ++size) {
        const std::vector<std::uint8_t> part(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(size));
        Items items;
        read(part, {.type = GetParam().type}, items);
        for (const Item& item : items)
            EXPECT_LE(item.at + item.address_bytes + (item.address_bytes > 0 ? 2u : 0u), size);
    }
}

TEST_P(PerMessage, WithABitTurnedIsReadWithinItsBounds) {
    std::string text = octets(GetParam().hex);
    for (std::size_t bit = 0; bit < 8 * text.size(); ++bit) {
        text[bit / 8] = static_cast<char>(text[bit / 8] ^ 1 << bit % 8);
        const std::vector<std::uint8_t> copy(text.begin(), text.end());
        Items items;
        read(copy, {.type = GetParam().type}, items);
        for (const Item& item : items)
            EXPECT_LE(item.at + item.address_bytes + (item.address_bytes > 0 ? 2u : 0u), copy.size());
        text[bit / 8] = static_cast<char>(text[bit / 8] ^ 1 << bit % 8);
    }
}

TEST(Q931, TheUserToUserElementIsFoundBehindOthers) {
    // What it is about (05), sending complete (a1), bearer capability (04).
    const std::string message = octets("0802123405a104038890a57e000305aabb");
    const Bytes found = q931::user_information(bytes_of(message));
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0], 0xaa);
    for (std::size_t size = 0; size < message.size(); ++size)
        EXPECT_TRUE(q931::user_information(bytes_of(message).first(size)).empty()) << size;
}

TEST(Q931, OtherProtocolsHaveNone) {
    const std::string message = octets("0902123405a104038890a57e000305aabb");
    EXPECT_TRUE(q931::user_information(bytes_of(message)).empty());
}

}  // namespace
}  // namespace gatehouse::helper::per

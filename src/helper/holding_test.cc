#include "helper/holding.h"

#include <gtest/gtest.h>

namespace gatehouse::helper {
namespace {

TEST(Held, KnowsWhichBytesItHas) {
    Held held{};
    held.add({.token = Token{1}, .begin = 100, .end = 110});
    held.add({.token = Token{2}, .begin = 120, .end = 130, .fin = true});
    EXPECT_EQ(held.bytes, 20u);
    EXPECT_TRUE(held.covers(100, 110, false));
    EXPECT_TRUE(held.covers(104, 106, false));
    EXPECT_FALSE(held.covers(100, 130, false)) << "a hole";
    EXPECT_FALSE(held.covers(100, 110, true)) << "the stream ends elsewhere";
    held.add({.token = Token{3}, .begin = 108, .end = 122});
    EXPECT_TRUE(held.covers(100, 130, true));
    EXPECT_FALSE(held.covers(99, 130, false));
    EXPECT_FALSE(held.covers(100, 131, false));
    EXPECT_EQ(held.segments[1].token, Token{3}) << "they stand as they begin";
    held.remove_if([](const HeldSegment& segment) { return segment.token == Token{3}; });
    EXPECT_EQ(held.bytes, 20u);
    EXPECT_FALSE(held.covers(100, 130, true));
}

TEST(Held, GoesRoundTheEndOfTheNumbers) {
    Held held{};
    held.add({.begin = 4, .end = 8});
    held.add({.begin = 0xffff'fffcu, .end = 4});
    EXPECT_TRUE(held.covers(0xffff'fffcu, 8, false));
    EXPECT_EQ(held.segments[0].end, 4u);
}

TEST(Held, IsBounded) {
    Held held{};
    EXPECT_TRUE(held.room_for(Held::most_bytes));
    held.add({.begin = 0, .end = 1});
    EXPECT_FALSE(held.room_for(Held::most_bytes));
    for (std::uint32_t i = 1; i < Held::most_segments; ++i) held.add({.begin = i, .end = i + 1});
    EXPECT_FALSE(held.room_for(1));
}

TEST(Holding, NamesThePacketAtHandWhenItWaits) {
    Holding holding(2);
    track::HelperStream::One one{}, other{}, third{};
    Held* const held = holding.open(one, track::ConnIndex{7}, track::Direction::reply);
    ASSERT_NE(held, nullptr);
    EXPECT_EQ(holding.open(one, track::ConnIndex{7}, track::Direction::reply), held);
    ASSERT_NE(holding.open(other, track::ConnIndex{7}, track::Direction::original), nullptr);
    EXPECT_EQ(holding.open(third, track::ConnIndex{8}, track::Direction::original), nullptr) << "full";
    held->add({.begin = 1, .end = 2});
    holding.move({.what = Move::What::go, .token = Token{5}});
    holding.move({.what = Move::What::go});
    EXPECT_TRUE(holding.moves_packet_at_hand());
    holding.entered(Token{6});
    EXPECT_EQ(held->segments[0].token, Token{6});
    EXPECT_EQ(holding.next_move()->token, Token{5});
    EXPECT_EQ(holding.next_move()->token, Token{6});
    EXPECT_FALSE(holding.next_move());
    held->add({.begin = 2, .end = 3});
    holding.move({.what = Move::What::go});
    holding.entered(Token::none);
    EXPECT_EQ(held->count, 1u) << "one that found no room is forgotten";
    EXPECT_FALSE(holding.any_moves());
    holding.close(one);
    holding.close_if_empty(other);
    EXPECT_FALSE(holding.any());
}

}  // namespace
}  // namespace gatehouse::helper

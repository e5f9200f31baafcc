#include "defrag/whole.h"

#include <gtest/gtest.h>

namespace gatehouse::defrag {
namespace {

// A datagram of 200 bytes behind an IPv4 header, that came in pieces of 24, 96 and 80.
class JoinPieces : public ::testing::Test {
  protected:
    JoinPieces() {
        Packet& packet = whole.packet;
        packet.flat.l3 = 14;
        packet.flat.l4 = 34;
        packet.flat.l3_length = 220;
        whole.data = 200;
        whole.head = 24;
        whole.headers_fit = true;
        for (const std::uint32_t at : {0u, 3u, 15u}) whole.begins.set(at, at + 1);
    }
    ~JoinPieces() override { pool.give_back(whole); }

    std::vector<std::uint32_t> begins() const {
        std::vector<std::uint32_t> all;
        for (std::uint32_t at = 0; at < whole.data; at = whole.piece_end(at)) all.push_back(at);
        return all;
    }

    WholePool pool{1};
    Whole& whole = *pool.take();
};

TEST_F(JoinPieces, LeavesAFirstPieceThatIsLongEnough) {
    join_pieces(whole.packet, 24);
    EXPECT_TRUE(whole.sizes_return());
    EXPECT_EQ(begins(), (std::vector<std::uint32_t>{0, 24, 120}));
}

TEST_F(JoinPieces, TakesWhatIsMissingFromTheNext) {
    join_pieces(whole.packet, 32);
    EXPECT_TRUE(whole.sizes_return());
    EXPECT_EQ(begins(), (std::vector<std::uint32_t>{0, 32, 120}));
}

TEST_F(JoinPieces, UsesPiecesUp) {
    join_pieces(whole.packet, 128);
    EXPECT_TRUE(whole.sizes_return());
    EXPECT_EQ(begins(), (std::vector<std::uint32_t>{0, 128}));
}

TEST_F(JoinPieces, CountsHeadersBetweenTheFragmentHeaderAndTheTransports) {
    whole.packet.flat.l4 = 42;
    join_pieces(whole.packet, 24);
    EXPECT_EQ(begins(), (std::vector<std::uint32_t>{0, 32, 120}));
}

TEST_F(JoinPieces, ForgetsSizesThatNoFragmentCanHave) {
    join_pieces(whole.packet, 28);
    EXPECT_FALSE(whole.sizes_return());
}

TEST_F(JoinPieces, RemembersThemWhenMoreIsWantedThatAFragmentCanHave) {
    join_pieces(whole.packet, 28);
    join_pieces(whole.packet, 32);
    EXPECT_TRUE(whole.sizes_return());
    EXPECT_EQ(begins(), (std::vector<std::uint32_t>{0, 32, 120}));
}

TEST_F(JoinPieces, ChangesNothingWhenMoreIsWantedThanThereIs) {
    join_pieces(whole.packet, 201);
    EXPECT_EQ(begins(), (std::vector<std::uint32_t>{0, 24, 120}));
}

TEST_F(JoinPieces, GivesNothingBack) {
    join_pieces(whole.packet, 32);
    join_pieces(whole.packet, 8);
    EXPECT_EQ(begins(), (std::vector<std::uint32_t>{0, 32, 120}));
}

TEST_F(JoinPieces, ForgetsSizesWhenAllIsInOnePlace) {
    join_pieces(whole.packet, 200);
    EXPECT_FALSE(whole.sizes_return());
}

TEST_F(JoinPieces, All) {
    join_all_pieces(whole.packet);
    EXPECT_FALSE(whole.sizes_return());
    Packet other;
    join_all_pieces(other);
    join_pieces(other, 100);
}

}  // namespace
}  // namespace gatehouse::defrag

// Who gets which block, and when it is given back.
#include "nat/port_blocks.h"

#include <gtest/gtest.h>
#include <set>
#include <string>
#include <vector>

#include "track/table_testing.h"

namespace gatehouse::nat {
namespace {

class Blocks : public testing::Test, public PortBlocks::Listener {
  protected:
    Blocks() { table_.set_now(Time{}); }
    void block(const PortBlocks::Block& block, bool given) override {
        told_.push_back((given ? "+" : "-") + std::to_string(block.first));
    }
    track::Tuple client(std::uint32_t n) const {
        return {.source = Address::v4(0x0a000000 + n), .ends = {5000, 53}, .protocol = 17};
    }
    const PortBlocks::Block* give(std::uint32_t n, std::uint16_t size = 1024) {
        Range range{.low = outside_, .high = outside_, .block = size, .addresses = true};
        range.high.words[0] += 1;
        return blocks_.give(client(n), {}, range, outside_);
    }
    // A connection of the client's by this port of the first outside address.
    track::ConnIndex open(std::uint32_t n, std::uint16_t port) {
        Finding why;
        const track::Tuple original = client(n);
        track::Tuple reply{.destination = outside_, .ends = {53, port}, .protocol = 17};
        const auto tentative = table_.begin(original, reply, {}, why);
        table_.refresh(tentative, 1000 * second);
        const track::ConnIndex made = table_.confirm(tentative).connection;
        blocks_.entered(made);
        return made;
    }
    void wait(Nanoseconds how_long) { table_.set_now(table_.time() + how_long); }

    track::Table table_{{.entries = 4096}, 1};
    PortBlocks blocks_{table_, *this};
    Address outside_ = Address::v4(0xc0000201);
    std::vector<std::string> told_;
};

TEST_F(Blocks, AreOneClientsEach) {
    std::set<std::pair<Address, std::uint16_t>> all;
    for (std::uint32_t n = 0; n < 2 * 63; ++n) {
        const auto* const block = give(n);
        ASSERT_NE(block, nullptr) << n;
        EXPECT_EQ((block->first - 1024) % 1024, 0);
        EXPECT_TRUE(all.emplace(block->outside, block->first).second);
    }
    EXPECT_EQ(give(999), nullptr) << "two addresses have 63 blocks each";
    EXPECT_EQ(told_.size(), 126u);
}

TEST_F(Blocks, AreFewForOneClient) {
    for (unsigned i = 0; i < PortBlocks::most_each; ++i) EXPECT_NE(give(1), nullptr);
    EXPECT_EQ(give(1), nullptr);
    EXPECT_NE(give(2), nullptr);
    unsigned seen = 0;
    blocks_.visit(client(1), {}, 1024, [&](const auto&) { return ++seen == 99; });
    EXPECT_EQ(seen, PortBlocks::most_each);
}

TEST_F(Blocks, GoTwoMinutesAfterTheirLastConnection) {
    give(1);
    const auto one = open(1, 1030);
    wait(500 * second);
    give(2);
    EXPECT_EQ(told_, (std::vector<std::string>{"+1024", "+2048"})) << "it is in use";
    blocks_.ended(one);
    wait(119 * second);
    give(3);
    EXPECT_EQ(told_.size(), 3u);
    wait(2 * second);
    give(4);
    // Number 2's was never used, and went, too.
    EXPECT_EQ(told_, (std::vector<std::string>{"+1024", "+2048", "+3072", "-2048", "-1024", "+1024"}));
}

}  // namespace
}  // namespace gatehouse::nat

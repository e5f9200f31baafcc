#include "track/snapshot.h"

#include <gtest/gtest.h>
#include <random>
#include <vector>

#include "track/table_testing.h"

namespace gatehouse::track {
namespace {

using testing::make;
using testing::tuple_of;
using Buffer = std::vector<std::uint8_t>;

constexpr Time start{1'700'000'000 * second};

Buffer snapshot_of(const Table& table, unsigned budget = 1000) {
    SnapshotWriter writer(table);
    wire::Writer to;
    while (writer.write(budget, to)) {
    }
    return to.take();
}

struct Fixture {
    Fixture() { table.set_now(start); }
    Table table{{.entries = 10'000}, 1};
};

TEST(Snapshot, BringsATableBack) {
    Fixture f;
    for (std::uint32_t n = 0; n < 3000; ++n)
        make(f.table, tuple_of(n, n % 2 == 0 ? Family::ipv4 : Family::ipv6), (10 + n) * second);
    const Buffer bytes = snapshot_of(f.table, 64);
    const auto snapshot = Snapshot::open(bytes);
    ASSERT_TRUE(snapshot) << snapshot.error().what;
    EXPECT_EQ(snapshot->count(), 3000u);
    EXPECT_EQ(snapshot->time(), start);
    Table other({.entries = 10'000}, 5);
    other.set_now(start + 110 * second + millisecond);
    const auto loaded = snapshot->load(other);
    EXPECT_EQ(loaded.entered, 2899u);
    EXPECT_EQ(loaded.over, 101u);
    EXPECT_EQ(loaded.clashed + loaded.full, 0u);
    const Way way = other.find(tuple_of(2999, Family::ipv6), {});
    ASSERT_TRUE(way);
    EXPECT_EQ(other.time_of(other[way.connection].expiry), start + (10 + 2999) * second);
}

TEST(Snapshot, OfAnEmptyTableIsASnapshot) {
    Fixture f;
    const Buffer bytes = snapshot_of(f.table);
    ASSERT_TRUE(Snapshot::open(bytes));
    EXPECT_EQ(Snapshot::open(bytes)->load(f.table).entered, 0u);
}

TEST(Snapshot, LoadsIntoAnEarlierTimeAsIfNothingHadPassed) {
    Fixture f;
    make(f.table, tuple_of(1), 30 * second);
    const Buffer bytes = snapshot_of(f.table);
    Table other({.entries = 10}, 1);
    other.set_now(start + -3600 * second);
    EXPECT_EQ(Snapshot::open(bytes)->load(other).entered, 1u);
    EXPECT_EQ(other[other.find(tuple_of(1), {}).connection].expiry - other.now(), 30'000);
}

TEST(Snapshot, IsWrittenWhileTheTableLivesOn) {
    Fixture f;
    for (std::uint32_t n = 0; n < 2000; ++n) make(f.table, tuple_of(n), 1000 * second);
    SnapshotWriter writer(f.table);
    wire::Writer to;
    std::uint32_t n = 5000;
    Buffer room(SnapshotWriter::room(50)), bytes;
    for (bool more = true; more;) {
        wire::Writer slice{MutableBytes(room)};
        more = writer.write(50, slice);
        ASSERT_FALSE(slice.overflowed());
        bytes.insert(bytes.end(), slice.written().begin(), slice.written().end());
        if (n < 8000) {
            for (int i = 0; i < 20; ++i) make(f.table, tuple_of(n++), 1000 * second);
        }
        f.table.set_now(start + (n - 5000) * millisecond);
    }
    const auto snapshot = Snapshot::open(bytes);
    ASSERT_TRUE(snapshot) << snapshot.error().what;
    Table other({.entries = 20'000}, 5);
    other.set_now(start);
    const auto loaded = snapshot->load(other);
    EXPECT_EQ(loaded.entered, writer.count());
    for (std::uint32_t i = 0; i < 2000; ++i) ASSERT_TRUE(other.find(tuple_of(i), {}));
}

TEST(Snapshot, RefusesWhatIsForeign) {
    Fixture f;
    make(f.table, tuple_of(1));
    const Buffer good = snapshot_of(f.table);
    EXPECT_FALSE(Snapshot::open({}));
    EXPECT_FALSE(Snapshot::open(Buffer(1000, 0)));
    EXPECT_FALSE(Snapshot::open(Buffer(1000, 0xff)));
    Buffer twice = good;
    twice.insert(twice.end(), good.begin(), good.end());
    EXPECT_FALSE(Snapshot::open(twice));
    Buffer longer = good;
    longer.push_back(0);
    EXPECT_FALSE(Snapshot::open(longer));
}

// Ten thousand damaged copies: none is taken for a snapshot.
TEST(Snapshot, RefusesEveryTruncationAndEveryFlippedBit) {
    Fixture f;
    for (std::uint32_t n = 0; n < 40; ++n) {
        const auto c = make(f.table, tuple_of(n, n % 3 == 0 ? Family::ipv6 : Family::ipv4));
        if (n % 5 == 0) f.table.side().add<Labels>(f.table[c])->words[0] = n;
    }
    const Buffer good = snapshot_of(f.table);
    ASSERT_TRUE(Snapshot::open(good));
    ASSERT_GT(good.size(), 2000u);
    unsigned tried = 0;
    for (std::size_t length = 0; length < good.size() && tried < 5000; ++length, ++tried)
        ASSERT_FALSE(Snapshot::open(Bytes(good).first(length))) << length;
    std::minstd_rand random(1);
    for (; tried < 10'000; ++tried) {
        Buffer bad = good;
        const std::uint32_t bit =
            static_cast<std::uint32_t>(random()) % static_cast<std::uint32_t>(8 * bad.size());
        bad[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
        ASSERT_FALSE(Snapshot::open(bad)) << bit;
    }
}

}  // namespace
}  // namespace gatehouse::track

// What a mapping is chosen by.
#include "nat/mapper.h"

#include <gtest/gtest.h>
#include <memory>
#include <set>

#include "track/tuple_of.h"
#include "wire/protocol.h"

namespace gatehouse::nat {
namespace {

using track::Tuple;

Tuple udp(std::uint16_t source, std::uint32_t host = 2, std::uint16_t destination = 53) {
    return {.source = Address::v4(0x0a000100 + host),
            .destination = Address::v4(0xc6336409),
            .ends = {.source = source, .destination = destination},
            .protocol = wire::protocol::udp};
}

class Mappings : public testing::Test {
  protected:
    Mappings() { table_.set_now(Time{}); }

    // Opens a connection out of the range, and enters it if it got a mapping.
    Choice open(const Tuple& tuple, const Range& range, track::Zone zone = {}) {
        Finding why;
        const track::Tentative tentative = table_.begin(tuple, *track::inverse(tuple), {zone, zone}, why);
        track::Entry& entry = table_[tentative];
        const Choice choice = mapper_.choose(entry, tuple, Manip::source, range);
        if (!choice.free) {
            table_.discard(tentative);
            return choice;
        }
        entry.set_tuple(track::Direction::reply, *track::inverse(choice.tuple));
        entry.status |= track::status::source_nat;
        table_.refresh(tentative, 30 * second);
        const auto confirmed = table_.confirm(tentative);
        EXPECT_EQ(confirmed.outcome, track::Confirmed::Outcome::inserted);
        sources_.add(confirmed.connection);
        pools_.add(confirmed.connection);
        return choice;
    }
    std::uint16_t port(const Choice& choice) { return choice.tuple.ends.source; }

    track::Table table_{{.entries = 100'000}, 1};
    Sources sources_{table_};
    Pools pools_{table_};
    Random random_{1};
    Mapper mapper_{table_, sources_, pools_, random_};
    Range wan_ = Range::one(Address::v4(0xc0000201));
};

TEST_F(Mappings, KeepThePortWhereItIsFree) {
    EXPECT_EQ(port(open(udp(5000), wan_)), 5000);
    const std::uint16_t other = port(open(udp(5000, 3), wan_));
    EXPECT_NE(other, 5000);
    EXPECT_EQ(port(open(udp(5000, 3, 54), wan_)), other) << "it is free there, but this source is mapped";
    EXPECT_EQ(port(open(udp(5000, 4, 54), wan_)), 5000);
}

TEST_F(Mappings, StayInThePortsClass) {
    struct {
        std::uint16_t port, low, high;
    } const rows[] = {{1, 1, 511}, {511, 1, 511}, {512, 600, 1023}, {1023, 600, 1023}, {1024, 1024, 65535}};
    for (const auto& row : rows) {
        open(udp(row.port), wan_);
        for (std::uint32_t host = 3; host < 40; ++host) {
            const std::uint16_t got = port(open(udp(row.port, host), wan_));
            EXPECT_TRUE(got >= row.low && got <= row.high) << row.port << " became " << got;
        }
    }
}

TEST_F(Mappings, AreTheSameForTheSameSource) {
    const Range range{.low = Address::v4(0xc0000201),
                      .high = Address::v4(0xc00002ff),
                      .first_port = 7000,
                      .last_port = 7999,
                      .addresses = true,
                      .ports = true};
    const Choice first = open(udp(5000), range);
    Tuple other = udp(5000);
    other.destination = Address::v4(0xc6336477);
    const Choice second = open(other, range);
    EXPECT_EQ(second.tuple.source, first.tuple.source);
    EXPECT_EQ(port(second), port(first));
}

TEST_F(Mappings, OfZonesDontMeet) {
    EXPECT_EQ(port(open(udp(5000), wan_)), 5000);
    EXPECT_EQ(port(open(udp(5000, 3), wan_, track::Zone{7})), 5000);
}

TEST_F(Mappings, RunOut) {
    const Range few{.low = wan_.low,
                    .high = wan_.low,
                    .first_port = 7000,
                    .last_port = 7009,
                    .addresses = true,
                    .ports = true};
    std::set<std::uint16_t> used;
    for (std::uint32_t host = 0; host < 10; ++host) used.insert(port(open(udp(5000, host + 2), few)));
    EXPECT_EQ(used.size(), 10u);
    const Choice none = open(udp(5000, 99), few);
    EXPECT_FALSE(none.free);
    EXPECT_EQ(none.tried, 10u);
    EXPECT_EQ(none.size, 10u);
}

TEST_F(Mappings, ShiftPortsByTheBase) {
    const Range shifted{.low = wan_.low,
                        .high = wan_.low,
                        .first_port = 5000,
                        .last_port = 5999,
                        .base = 80,
                        .addresses = true,
                        .ports = true};
    Finding why;
    const Tuple tuple = udp(1, 2, 93);
    const auto tentative = table_.begin(tuple, *track::inverse(tuple), {}, why);
    const Choice choice = mapper_.choose(table_[tentative], tuple, Manip::destination, shifted);
    EXPECT_EQ(choice.tuple.ends.destination, 5013);
    EXPECT_EQ(choice.tuple.destination, wan_.low);
}

// Every port of the class is given out before one is refused, though the search is bounded.
TEST_F(Mappings, UseEveryPortOfAPool) {
    std::set<std::uint16_t> used;
    for (std::uint32_t n = 0; n < 64'512; ++n) {
        const Choice choice = open(udp(40'000, n), wan_);
        ASSERT_TRUE(choice.free) << n;
        EXPECT_TRUE(used.insert(port(choice)).second);
    }
    EXPECT_EQ(*used.begin(), 1024);
    EXPECT_FALSE(open(udp(40'000, 65'000), wan_).free);
    ASSERT_EQ(pools_.count(), 1u);
    pools_.visit([](PoolIndex, const Pool& pool) {
        EXPECT_EQ(pool.used, 64'512u);
        EXPECT_EQ(pool.seconds_left(), 0u);
    });
    EXPECT_TRUE(open(udp(40'000, 65'000, 54), wan_).free) << "toward another port there are more";
}

// A pool that fills at a steady rate says when it will be full.
TEST_F(Mappings, AreForecast) {
    for (std::uint32_t n = 0; n < 10'000; ++n) {
        table_.set_now(Time{std::int64_t{n} * millisecond});
        open(udp(40'000, n), wan_);
    }
    pools_.visit([](PoolIndex, const Pool& pool) {
        ASSERT_TRUE(pool.seconds_left());
        EXPECT_NEAR(*pool.seconds_left(), 54, 2);
    });
}

}  // namespace
}  // namespace gatehouse::nat

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

    track::Table table_{{.entries = 1'100'000}, 1};
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

// 16 addresses have 1,032,192 ports toward one destination, whichever the hash begins with.
TEST_F(Mappings, UseEveryPortOfManyAddresses) {
    Range many{.low = wan_.low, .high = wan_.low, .addresses = true};
    many.high.words[0] += 15;
    constexpr std::uint32_t all = 16 * 64'512;
    for (std::uint32_t n = 0; n < all; ++n) ASSERT_TRUE(open(udp(40'000, n), many).free) << n;
    const Choice none = open(udp(40'000, all), many);
    EXPECT_FALSE(none.free);
    EXPECT_GT(none.tried, 0u);
    EXPECT_EQ(pools_.count(), 16u);
    pools_.visit([](PoolIndex, const Pool& pool) { EXPECT_EQ(pool.used, 64'512u); });
}

TEST_F(Mappings, StayWithTheAddressWhenPersistent) {
    Range two{.low = wan_.low, .high = wan_.low, .addresses = true, .persistent = true};
    two.high.words[0] += 1;
    two.ports = true;
    two.first_port = two.last_port = 7000;
    const Choice first = open(udp(5000), two);
    ASSERT_TRUE(first.free);
    // The same client, toward the same server: it has one address, and that has one port.
    EXPECT_FALSE(open(udp(5001), two).free);
    Tuple elsewhere = udp(5001);
    elsewhere.destination = Address::v4(0xc6336477);
    EXPECT_EQ(open(elsewhere, two).tuple.source, first.tuple.source);
    two.persistent = false;
    EXPECT_TRUE(open(udp(5001), two).free) << "the other address";
}

// --random and --random-fully: a port that nobody can guess, for each connection anew, out of the range.
TEST_F(Mappings, AreChosenAtRandomWhereAsked) {
    Range random = wan_;
    random.random = true;
    std::set<std::uint16_t> seen;
    for (std::uint16_t n = 0; n < 200; ++n) {
        Tuple tuple = udp(40'000);
        tuple.destination.words[0] += n;
        const Choice choice = open(tuple, random);
        EXPECT_GE(port(choice), 1024);
        seen.insert(port(choice));
    }
    EXPECT_GT(seen.size(), 190u) << "neither the client's port nor the same one twice, but by chance";
    random.ports = true;
    random.first_port = 7000;
    random.last_port = 7099;
    seen.clear();
    for (std::uint32_t host = 0; host < 100; ++host) seen.insert(port(open(udp(7000, host + 2), random)));
    EXPECT_EQ(seen.size(), 100u);
    EXPECT_EQ(*seen.begin(), 7000);
    EXPECT_EQ(*seen.rbegin(), 7099);
}

// What an address has is found by it, and no more once it is gone.
TEST_F(Mappings, AreFoundByTheirAddress) {
    const Range other = Range::one(Address::v4(0xc0000202));
    for (std::uint16_t n = 0; n < 50; ++n) {
        open(udp(5000, 2, n), wan_);
        open(udp(5000, 3, n), other);
    }
    const auto count = [&](const Address& address) {
        std::uint32_t pools = 0, connections = 0;
        pools_.visit_address(address, Family::ipv4, [&](PoolIndex, const Pool& pool) {
            ++pools;
            connections += pool.used;
            EXPECT_EQ(pool.reply.destination, address);
        });
        EXPECT_EQ(pools, connections);
        return pools;
    };
    EXPECT_EQ(count(wan_.low), 50u);
    EXPECT_EQ(count(other.low), 50u);
    track::ScanCursor cursor;
    table_.scan(cursor, 1000, [&](track::ConnIndex connection, track::Entry& entry) {
        if (entry.tuple(track::Direction::reply).destination != wan_.low) return;
        sources_.remove(connection);
        pools_.remove(connection);
        table_.end(connection, track::End::deleted);
    });
    EXPECT_EQ(count(wan_.low), 0u);
    EXPECT_EQ(count(other.low), 50u);
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

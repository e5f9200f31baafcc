#include "track/record.h"

#include <gtest/gtest.h>
#include <random>
#include <vector>

#include "track/block.h"
#include "track/snapshot.h"
#include "track/table_testing.h"

namespace gatehouse::track {
namespace {

using testing::inverted;
using testing::make;
using testing::tuple_of;
using Buffer = std::vector<std::uint8_t>;

constexpr Time start{1'700'000'000 * second};

Buffer bytes_of(const Record& record) {
    wire::Writer to;
    encode(record, to);
    return to.take();
}

// A connection with everything that a record can hold.
ConnIndex make_rich(Table& table, std::uint32_t n, Family family, std::uint8_t protocol) {
    Tuple t = tuple_of(n, family);
    t.protocol = protocol;
    const auto c = make(table, t, 90 * second);
    Entry& e = table[c];
    e.status |= status::seen_reply | status::assured | status::source_nat;
    e.mark = 0xabcd0000 + n;
    e.set_counters(Direction::original, 0xff'1234'5678, 0xff'ffff'ffff'ffff);
    e.set_counters(Direction::reply, n, 60 * n);
    if (protocol == wire::protocol::tcp) {
        e.state.tcp = {.side = {{1, 2, 3, 4}, {5, 6, 7, 8}},
                       .last_seq = 9,
                       .phase = TcpPhase::fin_wait,
                       .last_kind = TcpKind::fin};
        e.state.tcp.set_scale(0, 7);
        e.state.tcp.set_scale(1, 0, 14);
    } else if (protocol == wire::protocol::sctp) {
        e.state.sctp = {.tag = {1, 2}, .phase = SctpPhase::shutdown_sent};
        e.state.sctp.init[1] = true;
    } else {
        e.state.udp.stream_after = (table.now() + 1500).value;
    }
    SidePools& side = table.side();
    side.add<Labels>(e)->words = {1, 2, 3, n};
    side.add<Timestamps>(e)->start = start.since_epoch + n;
    *side.add<SequenceAdjustment>(e) = {{{1, -2, 3}, {4, 5, -6}}};
    *side.add<SynproxyState>(e) = {7, 8, 9};
    *side.add<Wishes>(e) = {.events = 5, .set = Wishes::has_events};
    side.add<SecurityMark>(e)->value = 11;
    return c;
}

struct Kind {
    Family family;
    std::uint8_t protocol;
};
class RecordOf : public ::testing::TestWithParam<Kind> {};
INSTANTIATE_TEST_SUITE_P(Kinds, RecordOf,
                         ::testing::Values(Kind{Family::ipv4, 6}, Kind{Family::ipv6, 6},
                                           Kind{Family::ipv4, 17}, Kind{Family::ipv6, 17},
                                           Kind{Family::ipv4, 132}, Kind{Family::ipv6, 132},
                                           Kind{Family::ipv4, 47}));

TEST_P(RecordOf, BringsEverythingIntoAnotherTable) {
    const auto [family, protocol] = GetParam();
    Table from({.entries = 100}, 1), to({.entries = 100}, 2);
    from.set_now(start);
    from.set_now(start + 77 * second);
    to.set_now(start);
    to.set_now(start + 3 * second);
    const auto c = make_rich(from, 5, family, protocol);
    const Record record = record_of(from, c, from.now());
    const Buffer buffer = bytes_of(record);
    EXPECT_LE(buffer.size(), largest_record);
    Bytes rest(buffer);
    const auto read = decode(rest);
    ASSERT_TRUE(read) << read.error().what;
    EXPECT_TRUE(rest.empty());
    ASSERT_EQ(enter(to, *read, 10'000), Entered::yes);
    const Tuple tuple = from[c].tuple(Direction::original);
    const Way way = to.find(tuple, {});
    ASSERT_TRUE(way);
    const Entry &a = from[c], &b = to[way.connection];
    EXPECT_EQ(b.tuple(Direction::reply), a.tuple(Direction::reply));
    EXPECT_EQ(b.status, a.status);
    EXPECT_EQ(b.mark, a.mark);
    EXPECT_EQ(b.packets(Direction::original), 0xff'1234'5678u);
    EXPECT_EQ(b.bytes(Direction::original), 0xff'ffff'ffff'ffffu);
    EXPECT_EQ(b.expiry - to.now(), 80'000);
    EXPECT_EQ(to.side().find<Labels>(b)->words[3], 5u);
    // Ten seconds later the record would have said just what the new table says.
    from.set_now(start + 87 * second);
    EXPECT_EQ(bytes_of(record_of(from, c, from.now())), bytes_of(record_of(to, way.connection, to.now())));
}

TEST(Record, HasAZoneForEachDirection) {
    Table table({.entries = 10}, 1);
    table.set_now(start);
    Finding why;
    const Tentative t = table.begin(tuple_of(1), inverted(tuple_of(1)), {Zone{9}, Zone{8}}, why);
    table.refresh(t, second);
    const Buffer buffer = bytes_of(record_of(table, table.confirm(t).connection, table.now()));
    Bytes rest(buffer);
    Table other({.entries = 10}, 1);
    other.set_now(start);
    EXPECT_EQ(enter(other, *decode(rest), 0), Entered::yes);
    EXPECT_TRUE(other.find(tuple_of(1), Zone{9}));
    EXPECT_TRUE(other.find(inverted(tuple_of(1)), Zone{8}));
}

// Both of its layouts: from IPv6 to IPv4, and the other way round.
TEST(Record, BringsConnectionsBetweenTheFamilies) {
    for (const Family first : {Family::ipv4, Family::ipv6}) {
        for (const std::uint8_t number : {wire::protocol::tcp, wire::protocol::icmp}) {
            const Family second_family = is_v4(first) ? Family::ipv6 : Family::ipv4;
            Table from({.entries = 10}, 1), to({.entries = 10}, 2);
            from.set_now(start);
            to.set_now(start);
            Tuple there = tuple_of(1, first), back = tuple_of(2, second_family);
            there.protocol = protocol_in(first, number);
            back.protocol = protocol_in(second_family, number);
            Finding why;
            const Tentative t = from.begin(there, inverted(there), {}, why);
            from.refresh(t, second);
            EXPECT_FALSE(from[t].between_families());
            from[t].set_tuple(Direction::reply, back);
            EXPECT_TRUE(from[t].between_families());
            const ConnIndex c = from.confirm(t).connection;
            const Buffer buffer = bytes_of(record_of(from, c, from.now()));
            Bytes rest(buffer);
            ASSERT_EQ(enter(to, *decode(rest), 0), Entered::yes);
            for (Table* const table : {&from, &to}) {
                const Way original = table->find(there, {}), reply = table->find(back, {});
                ASSERT_TRUE(original && reply);
                EXPECT_EQ(original.direction, Direction::original);
                EXPECT_EQ(reply.direction, Direction::reply);
                EXPECT_EQ((*table)[original.connection].tuple(Direction::original), there);
                EXPECT_EQ((*table)[original.connection].tuple(Direction::reply), back);
                // An IPv6 packet whose addresses are, word for word, what stands in the entry for IPv4's.
                Tuple alike = is_v4(first) ? there : back;
                alike.family = Family::ipv6;
                alike.protocol = protocol_in(Family::ipv6, number);
                EXPECT_FALSE((*table)[original.connection].matches(
                    is_v4(first) ? Direction::original : Direction::reply, alike, {}));
            }
        }
    }
}

TEST(Record, BringsAPickupBackToLearnAnew) {
    Table from({.entries = 10}, 1), to({.entries = 10}, 1);
    from.set_now(start);
    to.set_now(start);
    const auto c = make_rich(from, 1, Family::ipv4, wire::protocol::tcp);
    from[c].state.tcp.inferred = true;
    from.side().add<tcp::Pickup>(from[c])->side[0].settled = true;
    ASSERT_EQ(enter(to, record_of(from, c, from.now()), 0), Entered::yes);
    const Entry& e = to[to.find(from[c].tuple(Direction::original), {}).connection];
    EXPECT_TRUE(e.state.tcp.inferred);
    EXPECT_EQ(e.state.tcp.most_scale(1), 14u);
    ASSERT_NE(to.side().find<tcp::Pickup>(e), nullptr);
    EXPECT_FALSE(to.side().find<tcp::Pickup>(e)->side[0].settled);
}

TEST(Record, EntersOnlyWhereThereIsRoomAndTime) {
    Table from({.entries = 10}, 1), to({.entries = 2, .side = 1}, 1);
    from.set_now(start);
    to.set_now(start);
    const auto record = [&](std::uint32_t n) {
        return record_of(from, make_rich(from, n, Family::ipv4, 17), from.now());
    };
    const Record first = record(1), second_one = record(2);
    EXPECT_EQ(enter(to, first, 90'000), Entered::over);
    EXPECT_EQ(enter(to, first, 0), Entered::yes);
    EXPECT_EQ(enter(to, first, 0), Entered::clash);
    EXPECT_EQ(enter(to, second_one, 0), Entered::full) << "there is no side left";
    EXPECT_EQ(to.count(), 1u);
    EXPECT_EQ(to.side().used(), 1u);
}

struct Broken {
    const char* name;
    void (*breakit)(Record&);
};
constexpr Broken impossible[] = {
    {"family", [](Record& r) { r.tuples[0].family = static_cast<Family>(3); }},
    {"status of a table", [](Record& r) { r.status |= status::confirmed; }},
    {"endless life", [](Record& r) { r.remaining = 0x80000000; }},
    {"packets", [](Record& r) { r.counters[1].packets = std::uint64_t{1} << 40; }},
    {"bytes", [](Record& r) { r.counters[0].bytes = std::uint64_t{1} << 56; }},
    {"phase", [](Record& r) { r.state.tcp.phase = static_cast<TcpPhase>(10); }},
    {"kind", [](Record& r) { r.state.tcp.last_kind = static_cast<TcpKind>(6); }},
    {"scale", [](Record& r) { r.state.tcp.set_scale(0, 15); }},
    {"scale upside down", [](Record& r) { r.state.tcp.set_scale(1, 5, 4); }},
};

TEST(Record, RefusesValuesThatNoConnectionHas) {
    Table table({.entries = 10}, 1);
    table.set_now(start);
    const Record good = record_of(table, make_rich(table, 1, Family::ipv4, 6), table.now());
    for (const Broken& b : impossible) {
        Record bad = good;
        b.breakit(bad);
        const Buffer buffer = bytes_of(bad);
        Bytes rest(buffer);
        EXPECT_FALSE(decode(rest)) << b.name;
        EXPECT_EQ(rest.size(), buffer.size()) << b.name;
    }
}

// A block with a good checksum around fields of our own making.
Buffer block_of(const Buffer& payload) {
    wire::Writer to;
    const auto at = block::begin(to);
    to.bytes(payload);
    block::end(to, at);
    return to.take();
}

TEST(Record, PassesOverLaterFieldsThatMayBeSkippedButNoOthers) {
    Table table({.entries = 10}, 1);
    table.set_now(start);
    const Buffer good = bytes_of(record_of(table, make(table, tuple_of(1)), table.now()));
    const Buffer payload(good.begin() + block::head, good.end());
    const auto with = [&](Buffer more) {
        Buffer longer = payload;
        longer.insert(longer.end(), more.begin(), more.end());
        const Buffer buffer = block_of(longer);
        Bytes rest(buffer);
        return decode(rest).has_value();
    };
    EXPECT_TRUE(with({}));
    EXPECT_TRUE(with({200, 3, 1, 2, 3, 201, 0}));
    EXPECT_FALSE(with({200, 3, 1, 2}));
    EXPECT_FALSE(with({200}));
    EXPECT_FALSE(with({100, 0}));
    EXPECT_FALSE(with({1, 0})) << "a field twice";
    Buffer later = payload;
    later[1] = 2;
    Buffer buffer = block_of(later);
    Bytes rest(buffer);
    EXPECT_FALSE(decode(rest)) << "another version";
}

TEST(Record, FitsItsRoom) {
    Table table({.entries = 10}, 1);
    table.set_now(start);
    std::array<std::uint8_t, 64> little;
    wire::Writer to{MutableBytes(little)};
    encode(record_of(table, make_rich(table, 1, Family::ipv6, 6), table.now()), to);
    EXPECT_TRUE(to.overflowed());
    EXPECT_LE(bytes_of(record_of(table, make_rich(table, 2, Family::ipv6, 6), table.now())).size(),
              largest_record);
}

}  // namespace
}  // namespace gatehouse::track

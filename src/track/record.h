// A connection as bytes: the one form in which connections leave a table and come back, for snapshots, dumps
// and replication.
//
//     block     length of the payload (4), its CRC-32C (4), payload
//     payload   kind (1), version (1), fields
//     field     tag (1), length (1), value; tags ascend
//
// All numbers are in network order; times are relative, so that a record means the same to every table. A
// reader takes nothing it doesn't understand, but for fields whose tags are 128 and above, which it passes
// over: so a later version may add what an earlier one can do without. Pure functions: any thread.
#pragma once
#include <array>
#include <cstdint>
#include <optional>

#include "base/error.h"
#include "track/table.h"
#include "wire/writer.h"

namespace gatehouse::track {

struct Record {
    struct Counters {
        std::uint64_t packets = 0, bytes = 0;
    };

    std::array<Tuple, 2> tuples{};  // by direction; one protocol
    std::array<Zone, 2> zones{};
    std::uint32_t status = 0;  // without `confirmed` and `dying`, which belong to a table
    std::uint32_t mark = 0;
    std::uint32_t remaining = 0;  // milliseconds to live
    std::array<Counters, 2> counters{};
    // UdpState::stream_after counts from now, in signed milliseconds.
    ProtocolState state{};
    std::optional<Labels> labels{};
    std::optional<Timestamps> timestamps{};
    std::optional<SequenceAdjustment> sequence_adjustment{};
    std::optional<SynproxyState> synproxy{};
    std::optional<Wishes> wishes{};
    std::optional<SecurityMark> security_mark{};
};

constexpr std::size_t largest_record = 512;  // bytes of its block

// Appends the record's block.
void encode(Record record, wire::Writer& to);
// The record at the beginning of `from`, which moves past its block. Whatever isn't exactly such a record,
// with values that a connection can have, is an error.
Result<Record> decode(Bytes& from);

// The connection as it is, its times as they would be at `reference`.
Record record_of(const Table& table, ConnIndex connection, Tick reference);

// What became of a record that was to enter a table.
enum class Entered : std::uint8_t {
    yes,
    over,   // its time had passed
    clash,  // a connection is there that has one of its tuples
    full,   // the table, or a side pool that it needs
};
// Through Table::confirm(), as every connection. `elapsed`: milliseconds since the record was true.
Entered enter(Table& table, const Record& record, std::uint32_t elapsed);

}  // namespace gatehouse::track

// Connection records and snapshots: whatever the bytes, nothing is read past their end; what is taken for a
// record is written again as the same record, and enters a table and leaves it unchanged.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "track/block.h"
#include "track/snapshot.h"

namespace {

using namespace gatehouse;
using namespace gatehouse::track;
using Buffer = std::vector<std::uint8_t>;

void require(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "violated: %s\n", what);
    std::abort();
}

Buffer bytes_of(const Record& record) {
    wire::Writer to;
    encode(record, to);
    return to.take();
}

// A good block around the input, so that what lies behind the checksum is tried, too.
Buffer block_around(Bytes payload) {
    wire::Writer to;
    const auto at = block::begin(to);
    to.bytes(payload);
    block::end(to, at);
    return to.take();
}

void try_record(Bytes block) {
    Bytes rest = block;
    const auto record = decode(rest);
    if (!record) {
        require(rest.size() == block.size(), "what is refused is left alone");
        return;
    }
    const Buffer again = bytes_of(*record);
    require(again.size() <= largest_record, "a record fits its room");
    Bytes second_rest(again);
    const auto second_record = decode(second_rest);
    require(second_record && bytes_of(*second_record) == again, "a record is written as it was read");
    Table table({.entries = 4}, 1);
    table.set_now({1000 * second});
    if (enter(table, *record, 0) != Entered::yes) return;
    const Way way = table.find(record->tuples[0], record->zones[0]);
    require(static_cast<bool>(way), "what has entered is found");
    require(bytes_of(record_of(table, way.connection, table.now())) == again,
            "a table changes nothing of a record");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Bytes input{data, size};
    if (const auto snapshot = Snapshot::open(input)) {
        Table table({.entries = 64}, 1);
        table.set_now(snapshot->time());
        const auto loaded = snapshot->load(table);
        require(loaded.entered + loaded.over + loaded.clashed + loaded.full == snapshot->count(),
                "a snapshot's connections are all accounted for");
    }
    try_record(input);
    if (size > 0 && size <= block::largest_payload) try_record(block_around(input));
    return 0;
}

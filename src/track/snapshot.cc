#include "track/snapshot.h"

#include <algorithm>
#include <fmt/format.h>
#include <string_view>

#include "track/block.h"
#include "wire/crc32c.h"

namespace gatehouse::track {

namespace {

constexpr std::string_view magic = "gatehouse";
constexpr std::uint16_t version = 1;
constexpr std::size_t opening_length = 1 + magic.size() + 2 + 8, ending_length = 1 + 8 + 4;

void put64(wire::Writer& to, std::uint64_t value) {
    to.u32(static_cast<std::uint32_t>(value >> 32));
    to.u32(static_cast<std::uint32_t>(value));
}

Bytes bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

bool is(Bytes payload, block::Kind kind, std::size_t length) {
    return payload.size() == length && payload[0] == static_cast<std::uint8_t>(kind);
}

// The time that the opening names.
Result<Time> read_opening(Bytes& from) {
    const auto payload = block::take(from);
    if (!payload) return std::unexpected(payload.error());
    if (!is(*payload, block::Kind::snapshot, opening_length) ||
        !std::ranges::equal(payload->subspan(1, magic.size()), bytes_of(magic)))
        return fail("this is no snapshot of connections");
    const std::uint8_t* const at = payload->data() + 1 + magic.size();
    if (load_be16(at) != version) return fail("the snapshot has a version not known here");
    return Time{static_cast<std::int64_t>(load_be64(at + 2))};
}

}  // namespace

bool SnapshotWriter::write(unsigned budget, wire::Writer& to) {
    const std::size_t first = to.size();
    if (!begun_) {
        begun_ = true;
        const std::size_t at = block::begin(to);
        to.u8(static_cast<std::uint8_t>(block::Kind::snapshot));
        to.bytes(bytes_of(magic));
        to.u16(version);
        put64(to, static_cast<std::uint64_t>(time_.since_epoch));
        block::end(to, at);
    }
    const bool more = table_.scan(cursor_, budget, [&](ConnIndex connection, const Entry&) {
        encode(record_of(table_, connection, reference_), to);
        ++count_;
    });
    checksum_ = wire::crc32c_add(to.written().subspan(first), checksum_);
    if (more) return true;
    const std::size_t at = block::begin(to);
    to.u8(static_cast<std::uint8_t>(block::Kind::end));
    put64(to, count_);
    to.u32(~checksum_);
    block::end(to, at);
    return false;
}

Result<Snapshot> Snapshot::open(Bytes bytes) {
    constexpr std::size_t ending = block::head + ending_length;
    if (bytes.size() < ending) return fail("the snapshot is cut short");
    Bytes last = bytes.last(ending);
    const auto end = block::take(last);
    if (!end || !is(*end, block::Kind::end, ending_length)) return fail("the snapshot is cut short");
    Bytes rest = bytes.first(bytes.size() - ending);
    if (block::checksum(rest) != load_be32(end->data() + 9)) return fail("the snapshot is damaged");
    const auto time = read_opening(rest);
    if (!time) return std::unexpected(time.error());
    const Bytes connections = rest;
    std::uint64_t count = 0;
    for (; !rest.empty(); ++count) {
        if (const auto record = decode(rest); !record)
            return fail(fmt::format("connection {} of the snapshot: {}", count + 1, record.error().what));
    }
    if (count != load_be64(end->data() + 1)) return fail("the snapshot lacks connections");
    return Snapshot(connections, *time, count);
}

Snapshot::Loaded Snapshot::load(Table& table) const {
    Loaded loaded;
    // A capture may begin before the snapshot was taken: then nothing has passed.
    const std::int64_t passed = std::max<std::int64_t>(0, (table.time() - time_) / millisecond);
    const auto elapsed = static_cast<std::uint32_t>(std::min<std::int64_t>(passed, 0x7fffffff));
    for (Bytes rest = connections_; !rest.empty();) {
        const auto record = decode(rest);
        if (!record) break;  // open() has read them all
        switch (enter(table, *record, elapsed)) {
            case Entered::yes: ++loaded.entered; break;
            case Entered::over: ++loaded.over; break;
            case Entered::clash: ++loaded.clashed; break;
            case Entered::full: ++loaded.full; break;
        }
    }
    return loaded;
}

}  // namespace gatehouse::track

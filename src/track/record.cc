#include "track/record.h"

#include <algorithm>

#include "track/block.h"
#include "track/record_fields.h"
#include "wire/protocol.h"

namespace gatehouse::track {

namespace {

constexpr std::uint8_t version = 1;

}  // namespace

void encode(Record record, wire::Writer& to) {
    const std::size_t at = block::begin(to);
    to.u8(static_cast<std::uint8_t>(block::Kind::connection));
    to.u8(version);
    codec::Put put(to);
    codec::fields(put, record);
    block::end(to, at);
}

Result<Record> decode(Bytes& from) {
    Bytes rest = from;
    const auto payload = block::take(rest);
    if (!payload) return std::unexpected(payload.error());
    if (payload->size() < 2 || (*payload)[0] != static_cast<std::uint8_t>(block::Kind::connection))
        return fail("a block isn't a connection's");
    if ((*payload)[1] != version) return fail("a connection is written in a version not known here");
    Record record;
    codec::Get get(payload->subspan(2));
    codec::fields(get, record);
    if (!get.finished()) return fail("a connection's record makes no sense");
    from = rest;
    return record;
}

Record record_of(const Table& table, ConnIndex connection, Tick reference) {
    const Entry& entry = table[connection];
    Record record{.zones = {entry.zone[0], entry.zone[1]},
                  .status = entry.status & ~(status::confirmed | status::dying | status::between_families),
                  .mark = entry.mark,
                  .remaining = static_cast<std::uint32_t>(std::max(entry.expiry - reference, 0)),
                  .state = entry.state};
    for (const Direction d : {Direction::original, Direction::reply}) {
        record.tuples[index(d)] = entry.tuple(d);
        record.counters[index(d)] = {entry.packets(d), entry.bytes(d)};
    }
    if (entry.protocol == wire::protocol::udp) {
        const std::int32_t until = Tick{entry.state.udp.stream_after} - reference;
        record.state.udp.stream_after = static_cast<std::uint32_t>(until);
    }
    const auto copy = [&]<class T>(std::optional<T>& to) {
        if (const T* const from = table.side().find<T>(entry)) to = *from;
    };
    copy(record.labels);
    copy(record.timestamps);
    copy(record.sequence_adjustment);
    copy(record.synproxy);
    copy(record.wishes);
    copy(record.security_mark);
    return record;
}

Entered enter(Table& table, const Record& record, std::uint32_t elapsed) {
    if (record.remaining <= elapsed) return Entered::over;
    // Before somebody is evicted for it.
    for (const Direction d : {Direction::original, Direction::reply}) {
        if (table.find(record.tuples[index(d)], record.zones[index(d)])) return Entered::clash;
    }
    Finding why;
    const Tentative tentative = table.begin(record.tuples[0], record.tuples[1], record.zones, why);
    if (tentative == Tentative::none) return Entered::full;
    Entry& entry = table[tentative];
    table.refresh(tentative, std::int64_t{record.remaining - elapsed} * millisecond);
    entry.status |= record.status & ~status::between_families;
    entry.mark = record.mark;
    entry.state = record.state;
    if (entry.protocol == wire::protocol::udp)
        entry.state.udp.stream_after = (table.now() + (record.state.udp.stream_after - elapsed)).value;
    for (const Direction d : {Direction::original, Direction::reply})
        entry.set_counters(d, record.counters[index(d)].packets, record.counters[index(d)].bytes);
    bool room = true;
    // What a pickup had learnt is in the scales; the rest it learns anew, and is as careful as at first.
    if (entry.protocol == wire::protocol::tcp && entry.state.tcp.inferred)
        room = table.side().add<tcp::Pickup>(entry) != nullptr;
    const auto copy = [&]<class T>(const std::optional<T>& from) {
        if (!from) return;
        T* const to = table.side().add<T>(entry);
        if (to == nullptr) {
            room = false;
        } else {
            *to = *from;
        }
    };
    copy(record.labels);
    copy(record.timestamps);
    copy(record.sequence_adjustment);
    copy(record.synproxy);
    copy(record.wishes);
    copy(record.security_mark);
    const Confirmed confirmed =
        room ? table.confirm(tentative) : Confirmed{.outcome = Confirmed::Outcome::full};
    if (confirmed.outcome == Confirmed::Outcome::inserted) return Entered::yes;
    table.discard(tentative);
    return Entered::full;
}

}  // namespace gatehouse::track

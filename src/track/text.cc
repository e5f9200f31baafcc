#include "track/text.h"

#include <algorithm>
#include <fmt/format.h>

#include "track/helper_name.h"
#include "track/trackers.h"
#include "track/tuple_of.h"
#include "wire/protocol.h"

namespace gatehouse::track {

namespace {

namespace protocol = wire::protocol;

struct Name {
    std::uint8_t number;
    std::string_view name;
};
// Those that the kernel's own text names; others are "unknown".
constexpr Name names[] = {
    {protocol::icmp, "icmp"},     {protocol::tcp, "tcp"},         {protocol::udp, "udp"},
    {protocol::dccp, "dccp"},     {protocol::gre, "gre"},         {protocol::sctp, "sctp"},
    {protocol::icmpv6, "icmpv6"}, {protocol::udplite, "udplite"},
};

std::string_view name_of(std::uint8_t number) {
    for (const auto& row : names) {
        if (row.number == number) return row.name;
    }
    return "unknown";
}

// `prefix` stands before the names of the addresses.
void print_tuple(std::string& out, const Tuple& tuple, bool ids, std::string_view prefix = {}) {
    out += fmt::format("{0}src={1} {0}dst={2} ", prefix, to_string(tuple.source, tuple.family),
                       to_string(tuple.destination, tuple.family));
    const auto [source, destination] = tuple.ends;
    if (has_ports(tuple.protocol)) {
        out += fmt::format("sport={} dport={} ", source, destination);
    } else if (protocol::is_icmp(tuple.protocol)) {
        out += fmt::format("type={} code={} ", destination >> 8, destination & 0xff);
        if (ids) out += fmt::format("id={} ", source);
    } else if (tuple.protocol == protocol::gre) {
        out += fmt::format("srckey={:#x} dstkey={:#x} ", source, destination);
    }
}

void print_direction(std::string& out, const Entry& entry, Direction direction, const TextOptions& options) {
    print_tuple(out, entry.tuple(direction), options.ids);
}

// The zone of one direction alone is printed with it; one of both directions, at the end.
void print_zone(std::string& out, const Entry& entry, Direction direction) {
    const Zone zone = entry.zone[index(direction)];
    if (zone == Zone{} || entry.zone[0] == entry.zone[1]) return;
    out += fmt::format("zone-{}={} ", direction == Direction::original ? "orig" : "reply", zone.value);
}

void print_counters(std::string& out, const Telling& told, Direction direction) {
    if (!told.counters) return;
    out += fmt::format("packets={} bytes={} ", told.entry.packets(direction), told.entry.bytes(direction));
}

std::string_view word_of(const Event& event) {
    return event.is_end() ? "[DESTROY]" : event.is_new() ? "[NEW]" : "[UPDATE]";
}

}  // namespace

Telling telling_of(const Tracking& tracking, const Entry& entry) {
    const Labels* const labels = tracking.table().side().find<Labels>(entry);
    const Timestamps* const stamps = tracking.table().side().find<Timestamps>(entry);
    return {.entry = entry,
            .seconds = tracking.seconds_left(entry),
            .counters = tracking.settings().accounting,
            .helper = tracking.helper_of(entry),
            .labels = labels == nullptr ? Labels{} : *labels,
            .start = stamps == nullptr ? 0 : stamps->start};
}

// As ctnetlink says it: the protocol's state when it has changed, the mark when there is one or was; of a
// connection that ends what it has carried, and how long it would have lived if it ended early.
Telling telling_of(const Tracking& tracking, const Event& event) {
    constexpr std::int32_t ticks_a_second = 1000;
    const std::int32_t seconds = (event.entry.expiry - event.now) / ticks_a_second;
    Telling told{.entry = event.entry,
                 .state = event.is_new() || event.is_end() || (event.changes & change::protocol) != 0,
                 .counters = event.is_end() && tracking.settings().accounting,
                 .mark = event.entry.mark != 0 || (event.changes & change::mark) != 0,
                 .labels = event.labels,
                 .start = event.timestamps.start};
    if (!event.is_end() || seconds > 0) told.seconds = static_cast<std::uint32_t>(std::max(0, seconds));
    return told;
}

std::string to_text(const Telling& told, const TextOptions& options) {
    const Entry& entry = told.entry;
    const Tuple first = entry.tuple(Direction::original);
    std::string out =
        fmt::format("{:<8} {} {:<8} {} ", is_v4(first.family) ? "ipv4" : "ipv6",
                    static_cast<unsigned>(first.family), name_of(first.protocol), first.protocol);
    if (told.seconds) out += fmt::format("{} ", *told.seconds);
    if (const auto state = state_name(entry); told.state && !state.empty()) out += fmt::format("{} ", state);
    print_direction(out, entry, Direction::original, options);
    print_zone(out, entry, Direction::original);
    print_counters(out, told, Direction::original);
    if (!entry.has(status::seen_reply)) out += "[UNREPLIED] ";
    print_direction(out, entry, Direction::reply, options);
    print_zone(out, entry, Direction::reply);
    print_counters(out, told, Direction::reply);
    if (entry.has(status::assured)) out += "[ASSURED] ";
    if (told.mark) out += fmt::format("mark={} ", entry.mark);
    if (entry.zone[0] == entry.zone[1] && entry.zone[0] != Zone{})
        out += fmt::format("zone={} ", entry.zone[0].value);
    if (!told.helper.empty()) out += fmt::format("helper={} ", told.helper);
    out.pop_back();
    return out;
}

std::string to_text(const Tracking& tracking, const Event& event) {
    const std::int64_t microseconds = event.time.since_epoch / microsecond;
    return fmt::format("[{}.{:06}]\t{:>9} {}", microseconds / 1'000'000, microseconds % 1'000'000,
                       word_of(event), to_text(telling_of(tracking, event)));
}

namespace {

std::string expectation_text(const Expectation& expectation, const Tuple& master, std::string_view helper) {
    const Tuple& tuple = expectation.tuple;
    std::string out = fmt::format("proto={} ", tuple.protocol);
    print_tuple(out, tuple, true);
    Tuple mask = tuple;
    mask.source = expectation.source_mask;
    mask.destination = prefix_mask(address_bits(tuple.family));
    mask.ends = {expectation.source_end_mask, whole_end};
    print_tuple(out, mask, true, "mask-");
    print_tuple(out, master, true, "master-");
    if (expectation.zone != Zone{}) out += fmt::format("zone={} ", expectation.zone.value);
    constexpr std::string_view flags[] = {"PERMANENT", "INACTIVE", "USERSPACE"};
    std::string_view before;
    for (unsigned i = 0; i < std::size(flags); ++i) {
        if (!expectation.has(static_cast<std::uint8_t>(1u << i))) continue;
        out += fmt::format("{}{}", before, flags[i]);
        before = ",";
    }
    if (!before.empty()) out += ' ';
    out += fmt::format("class={}", expectation.of_class);
    if (!helper.empty()) out += fmt::format(" helper={}", helper);
    return out;
}

}  // namespace

std::string to_text(const Tracking& tracking, const Expectation& expectation) {
    const Entry& master = tracking.table()[expectation.master];
    return expectation_text(expectation, master.tuple(Direction::original), tracking.helper_of(master));
}

std::string to_text(const ExpectationEvent& event) {
    const std::int64_t microseconds = event.time.since_epoch / microsecond;
    constexpr std::int32_t ticks_a_second = 1000;
    return fmt::format(
        "[{}.{:06}]\t{:>9} {} {}", microseconds / 1'000'000, microseconds % 1'000'000,
        event.change == expectation_change::made ? "[NEW]" : "[DESTROY]",
        std::max(0, event.expectation.expiry - event.now) / ticks_a_second,
        expectation_text(event.expectation, event.master, all_helper_names()[event.helper].name));
}

}  // namespace gatehouse::track

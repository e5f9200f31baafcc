#include "track/text.h"

#include <fmt/format.h>

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

void print_direction(std::string& out, const Entry& entry, Direction direction, const TextOptions& options) {
    const Tuple tuple = entry.tuple(direction);
    out += fmt::format("src={} dst={} ", to_string(tuple.source, tuple.family),
                       to_string(tuple.destination, tuple.family));
    const auto [source, destination] = tuple.ends;
    if (has_ports(tuple.protocol)) {
        out += fmt::format("sport={} dport={} ", source, destination);
    } else if (tuple.protocol == protocol::icmp || tuple.protocol == protocol::icmpv6) {
        out += fmt::format("type={} code={} ", destination >> 8, destination & 0xff);
        if (options.ids) out += fmt::format("id={} ", source);
    } else if (tuple.protocol == protocol::gre) {
        out += fmt::format("srckey={:#x} dstkey={:#x} ", source, destination);
    }
}

// The zone of one direction alone is printed with it; one of both directions, at the end.
void print_zone(std::string& out, const Entry& entry, Direction direction) {
    const Zone zone = entry.zone[index(direction)];
    if (zone == Zone{} || entry.zone[0] == entry.zone[1]) return;
    out += fmt::format("zone-{}={} ", direction == Direction::original ? "orig" : "reply", zone.value);
}

void print_counters(std::string& out, const Tracking& tracking, const Entry& entry, Direction direction) {
    if (!tracking.settings().accounting) return;
    out += fmt::format("packets={} bytes={} ", entry.packets(direction), entry.bytes(direction));
}

}  // namespace

std::string to_text(const Tracking& tracking, const Entry& entry, const TextOptions& options) {
    std::string out =
        fmt::format("{:<8} {} {:<8} {} ", is_v4(entry.family) ? "ipv4" : "ipv6",
                    static_cast<unsigned>(entry.family), name_of(entry.protocol), entry.protocol);
    out += fmt::format("{} ", tracking.seconds_left(entry));
    if (const auto state = state_name(entry); !state.empty()) out += fmt::format("{} ", state);
    print_direction(out, entry, Direction::original, options);
    print_zone(out, entry, Direction::original);
    print_counters(out, tracking, entry, Direction::original);
    if (!entry.has(status::seen_reply)) out += "[UNREPLIED] ";
    print_direction(out, entry, Direction::reply, options);
    print_zone(out, entry, Direction::reply);
    print_counters(out, tracking, entry, Direction::reply);
    if (entry.has(status::assured)) out += "[ASSURED] ";
    out += fmt::format("mark={}", entry.mark);
    if (entry.zone[0] == entry.zone[1] && entry.zone[0] != Zone{})
        out += fmt::format(" zone={}", entry.zone[0].value);
    if (const auto helper = tracking.helper_of(entry); !helper.empty())
        out += fmt::format(" helper={}", helper);
    return out;
}

}  // namespace gatehouse::track

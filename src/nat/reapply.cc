// Rules applied to the connections that are there: the part of Nat that looks whether a mapping is one that
// the rules, as they are now, could have given.
#include <algorithm>

#include "nat/nat.h"
#include "packet/reason.h"
#include "track/tuple_of.h"
#include "wire/protocol.h"

namespace gatehouse::nat {

namespace {

using track::Direction;
using track::Entry;
using track::Tuple;

constexpr std::uint32_t both_done = track::status::source_nat_done | track::status::destination_nat_done;

// The number that a mapping may change, at that end.
std::uint16_t port_at(const Tuple& tuple, Manip manip) {
    const bool id = wire::protocol::is_icmp(tuple.protocol);
    return id || manip == Manip::source ? tuple.ends.source : tuple.ends.destination;
}

}  // namespace

bool Nat::reapply(track::ScanCursor& cursor, unsigned budget) {
    reapplied_ = true;
    return tracking_.table().scan(cursor, budget, [](track::ConnIndex, Entry& entry) {
        if (!entry.has(track::status::expected)) entry.status &= ~both_done;
    });
}

// It has a mapping, of which the rules are to be asked again.
bool Nat::is_reopened(const Packet& packet, Manip manip) const {
    if (!reapplied_ || packet.connection.direction != 0) return false;
    const Entry& entry = *tracking_.seen(packet).entry;
    return entry.confirmed() && !entry.has(done_bit(manip)) && !entry.has(track::status::expected);
}

// Whether the connection could have got the mapping that it has.
bool Nat::admits(const Entry& entry, Manip manip, const Range& range) const {
    const Tuple original = entry.tuple(Direction::original);
    const auto now = track::inverse(entry.tuple(Direction::reply));
    if (!now || now->family != original.family) return false;
    const bool source = manip == Manip::source;
    const Address& was = source ? original.source : original.destination;
    const Address& is = source ? now->source : now->destination;
    if (range.addresses ? is < range.low || is > range.high : is != was) return false;
    if (range.eim && source) {
        const auto* const known = endpoints_.from_inside(original, entry.zone[0], now->family);
        if (known == nullptr || known->outside != End{now->source, now->ends.source}) return false;
    }
    if (!track::has_ports(now->protocol)) return true;
    const std::uint16_t port = port_at(*now, manip), port_before = port_at(original, manip);
    // Without ports in the rule a source's may be any, a destination's stays.
    if (!range.ports) return source || port == port_before;
    const auto [first, last] = std::minmax(range.first_port, range.last_port);
    if (range.base != 0) {
        const std::uint32_t offset = static_cast<std::uint16_t>(port_before - range.base);
        return port == first + offset % (last - first + 1u);
    }
    return port >= first && port <= last;
}

Verdict Nat::review(Context& context, Entry& entry, Manip manip, const Range& range) {
    if (!is_reopened(context.packet, manip)) return Verdict::proceed;
    if (admits(entry, manip, range)) {
        entry.status |= done_bit(manip);
        return Verdict::proceed;
    }
    const Verdict verdict = replace_stale(context, manip);
    return verdict == Verdict::proceed ? bind(context, manip, range) : verdict;
}

// The same of a connection between the families.
Verdict Nat::review_across(Context& context, Entry& entry, const Embedding& prefix, const Range& range) {
    if (!is_reopened(context.packet, Manip::destination)) return Verdict::proceed;
    const Tuple original = entry.tuple(Direction::original), reply = entry.tuple(Direction::reply);
    const Address& outside = reply.destination;
    const std::uint16_t port = port_at(*track::inverse(reply), Manip::source);
    // Of two clients' (hairpinning) the rule is asked when either of them speaks to somebody else.
    const bool to_client = reply.family == original.family;
    const bool same = prefix.extract(original.destination) == std::optional(reply.source) &&
                      outside >= range.low && outside <= range.high &&
                      (!range.ports || (port >= range.first_port && port <= range.last_port));
    if (same || to_client) {
        entry.status |= both_done;
        return Verdict::proceed;
    }
    const Verdict verdict = replace_stale(context, Manip::destination);
    return verdict == Verdict::proceed ? bind_across(context, prefix, range) : verdict;
}

// Ends the packet's connection. Where nothing of the packet has been changed yet it begins another; else it
// is lost. In a zone it is, too: which one is CT's to say.
Verdict Nat::replace_stale(Context& context, Manip manip) {
    const track::Seen at = tracking_.seen(context.packet);
    const bool in_zone = at.entry->zone[0] != track::Zone{} || at.entry->zone[1] != track::Zone{};
    ++statistics_.stale;
    tracking_.table().end(at.connection, track::End::deleted);
    context.packet.connection = {};
    context.finding = {.reason = Reason::nat_stale};
    if (manip == Manip::source || in_zone) return Verdict::drop;
    const Verdict verdict = tracking_.track(context);
    if (verdict != Verdict::proceed) return verdict;
    context.finding = {};
    return Verdict::proceed;
}

// No rule has spoken of a connection between the families that was to be asked for again. What came from IPv4
// goes by the client's mapping, whatever the rules say.
bool Nat::lost_its_rule(Context& context, Entry& entry) {
    if (!is_reopened(context.packet, Manip::destination)) return false;
    if (is_v4(context.family())) {
        entry.status |= both_done;
        return false;
    }
    return replace_stale(context, Manip::source) == Verdict::drop;
}

}  // namespace gatehouse::nat

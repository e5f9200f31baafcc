// Connections between IPv6 and IPv4 (RFC 6146): the part of Nat that gives them their mapping, and makes
// their packets ones of the other family.
//
// An entry's tuples are those of its two sides, one of IPv6 and one of IPv4, so that packets of both find it.
// The clients' endpoint-independent mappings (nat/endpoints.h) are the RFC's binding information base.
#include <algorithm>

#include "hook/icmp_error.h"
#include "hook/interfaces.h"
#include "nat/across.h"
#include "nat/nat.h"
#include "packet/reason.h"
#include "track/tuple_of.h"
#include "wire/protocol.h"

namespace gatehouse::nat {

namespace {

namespace protocol = wire::protocol;
using track::Direction;
using track::Entry;
using track::Tuple;

constexpr std::size_t most_prefixes = 255;

using protocol::is_icmp;

bool is_translated(const Tuple& tuple) {
    const auto type = static_cast<std::uint8_t>(tuple.ends.destination >> 8);
    switch (tuple.protocol) {
        case protocol::tcp:
        case protocol::udp: return true;
        case protocol::icmp: return type == wire::icmp::echo_request;
        case protocol::icmpv6: return type == wire::icmpv6::echo_request;
        default: return false;
    }
}

Verdict drop(Context& context, Finding why) {
    context.finding = why;
    return Verdict::drop;
}

// The ends of an echo's request, or a connection's own, in packets of `family`.
track::Ends ends_in(Family family, const Tuple& tuple) {
    if (!is_icmp(tuple.protocol)) return tuple.ends;
    const std::uint8_t request = is_v4(family) ? wire::icmp::echo_request : wire::icmpv6::echo_request;
    return {tuple.ends.source, static_cast<std::uint16_t>(request << 8)};
}

// The tuple's packets in the other family, from and to others.
Tuple in_family(Family family, const Tuple& tuple, const Address& source, const Address& destination) {
    return {.source = source,
            .destination = destination,
            .ends = ends_in(family, tuple),
            .family = family,
            .protocol = track::protocol_in(family, tuple.protocol)};
}

void set_destination_end(Tuple& tuple, std::uint16_t port) {
    (is_icmp(tuple.protocol) ? tuple.ends.source : tuple.ends.destination) = port;
}
std::uint16_t destination_end(const Tuple& tuple) {
    return is_icmp(tuple.protocol) ? tuple.ends.source : tuple.ends.destination;
}

// The sender is told of a route that can't be followed (RFC 7915, 4.1 and 5.1).
void answer_unfit(Context& context, const Finding& why) {
    if (why.reason != Reason::nat64_source_route) return;
    if (is_v4(context.family())) {
        icmp_error::send(context, wire::icmp::unreachable, wire::icmp::source_route_failed);
    } else {
        icmp_error::send(context, wire::icmpv6::parameter_problem, wire::icmpv6::bad_header_field,
                         why.numbers[0]);
    }
}

}  // namespace

// A prefix's number plus one; 0 when there are too many.
std::uint8_t Nat::number_of(const Embedding& prefix) {
    const auto found = std::ranges::find(prefixes_, prefix);
    if (found == prefixes_.end() && prefixes_.size() == most_prefixes) return 0;
    const auto at = static_cast<std::size_t>(found - prefixes_.begin());
    if (found == prefixes_.end()) prefixes_.push_back(prefix);
    return static_cast<std::uint8_t>(at + 1);
}

// The endpoint that the connection's client has, or gets now; nothing, with the finding, when it has to go
// without. `as4`: its packets in IPv4.
std::optional<Choice> Nat::choose_across(Context& context, const Tuple& as4, const Range& range,
                                         std::uint8_t prefix) {
    const Entry& entry = *tracking_.seen(context.packet).entry;
    const Tuple inside = entry.tuple(Direction::original);
    const bool known = endpoints_.from_inside(inside, entry.zone[0], Family::ipv4) != nullptr;
    const bool opens = entry.state.tcp.phase == track::TcpPhase::syn_sent;
    if (inside.protocol == protocol::tcp && !opens && !known) {
        context.finding = {.reason = Reason::nat64_no_session};
        return {};
    }
    const Choice choice = mapper_.choose_endpoint(entry, inside, as4, range, endpoints_);
    if (!choice.free) {
        ++statistics_.exhausted;
        context.finding = {.reason = Reason::nat_exhausted, .numbers = {choice.tried, choice.size}};
        return {};
    }
    if (!known && !endpoints_.add(inside, choice.tuple, entry.zone[0], context.in, prefix)) {
        context.finding = {.reason = Reason::nat_no_room, .numbers = {endpoints_.count()}};
        return {};
    }
    return choice;
}

// The connection's replies are `reply`: what there is to do where both its ends change at once.
Verdict Nat::enter_across(Context& context, const Tuple& reply) {
    const track::Seen at = tracking_.seen(context.packet);
    Entry& entry = *at.entry;
    if (tracking_.table().side().add<track::Mapping>(entry) == nullptr)
        return drop(context, {.reason = Reason::nat_no_room, .numbers = {tracking_.table().side().used()}});
    ++statistics_.bound;
    entry.set_tuple(Direction::reply, reply);
    entry.status |= changed_bits | track::status::source_nat_done | track::status::destination_nat_done;
    tracking_.give_nat64_timeouts(static_cast<track::Tentative>(index(at.connection)));
    return Verdict::proceed;
}

Verdict Nat::bind_across(Context& context, const Embedding& prefix, const Range& range) {
    const track::Seen at = tracking_.seen(context.packet);
    if (at.entry == nullptr) return Verdict::proceed;
    if (at.entry->confirmed()) return review_across(context, *at.entry, prefix, range);
    const Tuple original = at.entry->tuple(Direction::original);
    const auto destination = prefix.extract(original.destination);
    if (!destination || !is_host_address4(*destination) || !prefix.may_embed(*destination))
        return drop(context, {.reason = Reason::nat64_address});
    if (!is_translated(original))
        return drop(context, {.reason = Reason::nat64_protocol, .numbers = {original.protocol}});
    const std::uint8_t number = number_of(prefix);
    if (number == 0) return drop(context, {.reason = Reason::nat_no_room, .numbers = {most_prefixes}});

    // Clients get their address by who they are: IPv6's words are what the choice is made by.
    Tuple as4 = in_family(Family::ipv4, original, original.source, *destination);
    const track::Zone zone = at.entry->zone[0];
    const auto* const theirs = endpoints_.from_outside(as4, zone);
    if (theirs != nullptr && theirs->family == Family::ipv6)
        return bind_hairpin(context, prefix, *theirs, range);
    if (*destination >= range.low && *destination <= range.high)
        return drop(context, {.reason = Reason::nat64_no_mapping, .numbers = {destination_end(as4)}});
    const auto choice = choose_across(context, as4, range, number);
    if (!choice) return Verdict::drop;
    return enter_across(context, *track::inverse(choice->tuple));
}

// To what another client's endpoint became: in IPv6 to that client, from where this one's stands behind the
// prefix (RFC 6146, 3.8).
Verdict Nat::bind_hairpin(Context& context, const Embedding& prefix, const Endpoints::Mapping& theirs,
                          const Range& range) {
    const Tuple original = tracking_.seen(context.packet).entry->tuple(Direction::original);
    const End to = theirs.inside;
    const Tuple as4 = in_family(Family::ipv4, original, original.source, theirs.outside.address);
    const auto mine = choose_across(context, as4, range, number_of(prefix));
    if (!mine) return Verdict::drop;
    Tuple there = original;
    there.source = prefix.embed(mine->tuple.source);
    there.destination = to.address;
    // An echo's id is one for both ends: the asked client's.
    if (!is_icmp(there.protocol)) there.ends.source = mine->tuple.ends.source;
    set_destination_end(there, to.port);
    return enter_across(context, *track::inverse(there));
}

// What comes from IPv4 to an endpoint of an IPv6 client's, whom it may come from whoever that has talked to
// (endpoint-independent filtering, RFC 6146, 3.5.1).
const Endpoints::Mapping* Nat::mapping_across(const Entry& entry, Manip manip) const {
    if (manip == Manip::source || !endpoints_.any() || !is_v4(entry.family)) return nullptr;
    const Tuple original = entry.tuple(Direction::original);
    if (!is_translated(original)) return nullptr;
    const auto* const mapping = endpoints_.from_outside(original, entry.zone[0]);
    return mapping != nullptr && mapping->family == Family::ipv6 ? mapping : nullptr;
}

Verdict Nat::bind_inward(Context& context, const Endpoints::Mapping& mapping) {
    const Tuple original = tracking_.seen(context.packet).entry->tuple(Direction::original);
    const Embedding& prefix = prefixes_[mapping.prefix - 1u];
    if (!is_host_address4(original.source) || !prefix.may_embed(original.source))
        return drop(context, {.reason = Reason::nat64_address});
    Tuple there = in_family(Family::ipv6, original, prefix.embed(original.source), mapping.inside.address);
    set_destination_end(there, mapping.inside.port);
    return enter_across(context, *track::inverse(there));
}

// An ICMP error comes from the address by which the other side knows its sender: a host's own, or in IPv6
// what stands for it. IPv6's routers have no address in IPv4: there the client's speaks for them. What the
// router itself tells it tells under an address that is chosen when it is sent.
Address Nat::error_source(const Packet& packet, const Entry& entry, Direction direction) const {
    const Tuple sender = entry.tuple(direction), quoted = entry.tuple(track::opposite(direction));
    const Address& source = packet.flat.source;
    if (source.is_unspecified()) return source;
    if (source == sender.source || is_v4(quoted.family)) return quoted.destination;
    const auto stands_for = [&](const Embedding& prefix) {
        return prefix.extract(quoted.destination) == std::optional(sender.source);
    };
    const auto found = std::ranges::find_if(prefixes_, stands_for);
    return (found == prefixes_.end() ? Embedding{} : *found).embed(source);
}

// Makes the packet one of the other family.
Finding Nat::cross_one(Packet& packet, const Entry& entry, InterfaceId in) {
    const auto direction = static_cast<Direction>(packet.connection.direction);
    const bool v4 = is_v4(packet.flat.family);
    may_be_cut_ = may_be_cut4(packet);
    const auto id = static_cast<std::uint16_t>(v4 ? 0 : services_.random->next32());
    const bool error = static_cast<track::Info>(packet.connection.info) == track::Info::related &&
                       is_icmp(packet.flat.protocol);
    if (error) {
        LinkMtus links;
        if (in != InterfaceId::none) (v4 ? links.v4 : links.v6) = (*services_.interfaces)[in].mtu;
        return cross_error(packet, {.source = error_source(packet, entry, direction),
                                    .quoted = entry.tuple(track::opposite(direction)),
                                    .links = links,
                                    .id = id});
    }
    if (const Finding unfit = unfit_to_cross(packet)) return unfit;
    return cross(packet, *track::inverse(entry.tuple(track::opposite(direction))), id);
}

Verdict Nat::pass_across(Context& context, Entry& entry) {
    Packet& packet = context.packet;
    const auto direction = static_cast<Direction>(packet.connection.direction);
    if (packet.flat.family != entry.tuple(direction).family)
        return Verdict::proceed;  // it has crossed already
    if (lost_its_rule(context, entry)) return Verdict::drop;
    if (const Finding finding = cross_one(packet, entry, context.in)) {
        answer_unfit(context, finding);
        return drop(context, finding);
    }
    if (context.traced()) [[unlikely]] {
        context.trace(
            {.kind = TraceKind::translated,
             .text = is_v4(packet.flat.family) ? "as IPv4, the destination" : "as IPv6, the destination",
             .after = is_icmp(packet.flat.protocol) ? std::uint16_t{0} : packet.flat.dport,
             .address = packet.flat.destination});
    }
    return Verdict::crossed;
}

bool Nat::answer_across(Packet& packet, Finding& why) {
    const track::Seen at = tracking_.seen(packet);
    if (!at.is_connection() || !at.entry->between_families()) return false;
    if (packet.flat.family != at.entry->tuple(at.direction).family) return false;
    why = cross_one(packet, *at.entry, InterfaceId::none);
    return true;
}

}  // namespace gatehouse::nat

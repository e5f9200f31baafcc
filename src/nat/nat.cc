#include "nat/nat.h"

#include <algorithm>
#include <fmt/format.h>
#include <utility>
#include <vector>

#include "hook/interfaces.h"
#include "nat/icmp_error.h"
#include "nat/pool_text.h"
#include "nat/rewrite.h"
#include "packet/reason.h"
#include "track/tuple_of.h"
#include "wire/protocol.h"

namespace gatehouse::nat {

namespace {

using track::Direction;
using track::Entry;
using track::Info;

Info info_of(const Packet& packet) { return static_cast<Info>(packet.connection.info); }

bool is_of_connection(Info info) {
    return info == Info::fresh || info == Info::related || info == Info::established;
}

bool is_error(const Packet& packet, Info info) {
    return info == Info::related && (wire::protocol::is_icmp(packet.flat.protocol));
}

// Of smaller pools nobody expects that they last.
constexpr std::uint32_t smallest_watched = 64;

Direction direction_of(const Packet& packet) { return static_cast<Direction>(packet.connection.direction); }

}  // namespace

Nat::Nat(track::Tracking& tracking, const Settings& settings, const Services& services)
    : tracking_(tracking),
      settings_(settings),
      services_(services),
      sources_(tracking.table()),
      pools_(tracking.table()),
      endpoints_(tracking.table()),
      blocks_(tracking.table(), *this),
      mapper_(tracking.table(), sources_, pools_, *services.random),
      mentions_(tracking, *services.random) {
    tracking.also_tell(this);
    tracking.table().side().expect<track::Mapping>();
}

bool Nat::is_open(const Context& context) const {
    const Packet& packet = context.packet;
    const Info info = info_of(packet);
    if (info != Info::fresh && info != Info::related)
        return info == Info::established && is_reopened(packet, manip_at(context.hook));
    if (is_error(packet, info)) return false;
    const Entry& entry = *tracking_.seen(packet).entry;
    return !entry.has(done_bit(manip_at(context.hook))) && !follows_its_master(entry);
}

// It was expected on behalf of a translated connection.
bool Nat::follows_its_master(const Entry& entry) const {
    if (!entry.has(track::status::expected)) [[likely]]
        return false;
    const auto* const master = tracking_.table().side().find<track::Master>(entry);
    return master != nullptr && master->redirection.manner != 0 &&
           tracking_.table()[master->connection].generation == master->generation;
}

// Both its ends at once: it comes from where its master's other side seems to be, and goes to whoever
// announced it. One that is sent on to somebody else comes, as in Linux, from where the reply to its master's
// first packet seemed to come from, if that announced it; else as it is.
Verdict Nat::follow_master(Context& context, const Entry& entry) {
    const track::Master of = *tracking_.table().side().find<track::Master>(entry);
    const track::Tuple announcer = tracking_.table()[of.connection].tuple(of.redirection.announced);
    const track::Tuple first = entry.tuple(Direction::original);
    const bool answered = of.redirection.announced == Direction::reply;
    Range from = Range::one(of.redirection.manner == follows_master ? announcer.destination
                            : answered                              ? first.destination
                                                                    : first.source);
    from.ports = of.redirection.source_port != 0;
    from.first_port = from.last_port = of.redirection.source_port;
    if (const Verdict source = bind(context, Manip::source, from); source != Verdict::proceed) return source;
    Range to = Range::one(of.redirection.address);
    to.ports = true;
    to.first_port = to.last_port = of.redirection.port;
    return bind(context, Manip::destination, to);
}

Choice Nat::choose(const Entry& entry, const track::Tuple& current, Manip manip, const Range& range) {
    if (manip == Manip::destination) return mapper_.choose(entry, current, manip, range);
    if (range.block != 0) return choose_in_blocks(entry, current, range);
    if (range.eim) return mapper_.choose_endpoint(entry, current, current, range, endpoints_);
    return mapper_.choose(entry, current, manip, range);
}

// Out of the client's blocks, the newest first; where none has a port for it, out of one more.
Choice Nat::choose_in_blocks(const Entry& entry, const track::Tuple& current, const Range& range) {
    Choice choice{.tuple = current, .free = false, .tried = 1, .size = range.block};
    const auto from = [&](const PortBlocks::Block& block) {
        Range of = Range::one(block.outside);
        of.ports = true;
        of.first_port = block.first;
        of.last_port = block.last();
        of.random = range.random;
        of.eim = range.eim;
        choice = choose(entry, current, Manip::source, of);
        return choice.free;
    };
    if (blocks_.visit(current, entry.zone[0], range.block, from)) return choice;
    Range persistent = range;
    persistent.persistent = true;
    const Address first = choose_address(current, persistent, Manip::source, entry.zone[0]);
    if (const auto* const one = blocks_.give(current, entry.zone[0], range, first)) from(*one);
    return choice;
}

void Nat::block(const PortBlocks::Block& block, bool given) {
    constexpr int log_info = 6;
    if (services_.log == nullptr) return;
    const auto text = [&](const Address& address) { return to_string(address, block.family); };
    services_.log->log(
        services_.now, log_info,
        fmt::format("nat: {} {} {} ports {}-{}", text(block.client), given ? "has" : "gave back",
                    text(block.outside), block.first, block.last()));
}

Verdict Nat::bind(Context& context, Manip manip, const Range& range) {
    const track::Seen at = tracking_.seen(context.packet);
    if (at.entry == nullptr) return Verdict::proceed;
    Entry& entry = *at.entry;
    if (entry.confirmed()) return review(context, entry, manip, range);
    const auto current = track::inverse(entry.tuple(Direction::reply));
    if (!current) return Verdict::proceed;
    const bool endpoint = range.eim && manip == Manip::source;
    const Choice choice = choose(entry, *current, manip, range);
    // A destination that clashes may yet be told apart by its source.
    if (!choice.free && choice.tried > 0 && manip == Manip::source) {
        ++statistics_.exhausted;
        context.finding = {.reason = Reason::nat_exhausted, .numbers = {choice.tried, choice.size}};
        return Verdict::drop;
    }
    if (endpoint && choice.tried > 0 &&
        endpoints_.from_inside(*current, entry.zone[0], current->family) == nullptr &&
        !endpoints_.add(*current, choice.tuple, entry.zone[0], context.out)) {
        context.finding = {.reason = Reason::nat_no_room, .numbers = {endpoints_.count()}};
        return Verdict::drop;
    }
    entry.status |= done_bit(manip);
    if (choice.tuple == *current) return Verdict::proceed;
    if (tracking_.table().side().add<track::Mapping>(entry) == nullptr) {
        context.finding = {.reason = Reason::nat_no_room, .numbers = {tracking_.table().side().used()}};
        return Verdict::drop;
    }
    ++statistics_.bound;
    entry.set_tuple(Direction::reply, *track::inverse(choice.tuple));
    entry.status |= changed_bit(manip);
    return Verdict::proceed;
}

Verdict Nat::masquerade(Context& context, const Range& range) {
    const Verdict verdict = bind(context, Manip::source, range);
    const track::Seen at = tracking_.seen(context.packet);
    if (verdict == Verdict::proceed && at.entry != nullptr && !at.entry->confirmed())
        at.entry->status |= std::min(index(context.out) + 1u, track::status::masquerade_most)
                            << track::status::masquerade_shift;
    return verdict;
}

// No rule spoke of it.
Verdict Nat::bind_as_it_is(Context& context, const Entry& entry, Manip manip) {
    const track::Tuple original = entry.tuple(Direction::original), reply = entry.tuple(Direction::reply);
    if (entry.confirmed())  // it has a mapping, which nobody speaks of any more
        return bind(context, manip,
                    Range::one(manip == Manip::source ? original.source : original.destination));
    return bind(context, manip, Range::one(manip == Manip::source ? reply.destination : reply.source));
}

// Where no rule spoke: what comes to an endpoint-independent mapping goes on to whom it belongs; what one of
// the clients sends there comes from that client's own (RFC 4787, REQ-9).
std::optional<Range> Nat::reach_endpoint(const Context& context, const Entry& entry, Manip manip) const {
    if (!endpoints_.any() || !track::has_ports(entry.protocol)) return {};
    const auto* const mapping = endpoints_.from_outside(entry.tuple(Direction::original), entry.zone[0]);
    if (mapping == nullptr) return {};
    if (manip == Manip::destination) {
        Range to = Range::one(mapping->inside.address);
        to.ports = true;
        to.first_port = to.last_port = mapping->inside.port;
        return to;
    }
    const bool hairpin = context.hook == Hook::postrouting && entry.has(track::status::destination_nat) &&
                         context.packet.in != mapping->way_out;
    if (!hairpin) return {};
    Range from = Range::one(mapping->outside.address);
    from.eim = true;
    return from;
}

Verdict Nat::bind_what_is_left(Context& context, const Entry& entry, Manip manip) {
    if (follows_its_master(entry)) return follow_master(context, entry);
    if (const auto* const mapping = mapping_across(entry, manip)) return bind_inward(context, *mapping);
    if (const auto range = reach_endpoint(context, entry, manip)) return bind(context, manip, *range);
    return bind_as_it_is(context, entry, manip);
}

Verdict Nat::translate(Context& context) {
    const Info info = info_of(context.packet);
    if (!is_of_connection(info)) [[unlikely]]
        return info == Info::invalid ? pass_invalid(context) : Verdict::proceed;
    Entry& entry = *tracking_.seen(context.packet).entry;
    const std::uint32_t done = done_bit(manip_at(context.hook));
    if ((entry.status & (changed_bits | done)) == done) [[likely]]
        return Verdict::proceed;
    return translate_flow(context, entry);
}

Verdict Nat::translate_flow(Context& context, Entry& entry) {
    if (entry.between_families()) [[unlikely]]
        return pass_across(context, entry);
    Packet& packet = context.packet;
    const Info info = info_of(packet);
    const Direction direction = direction_of(packet);
    const Manip manip = manip_at(context.hook);
    if (is_error(packet, info)) return translate_error(context, entry, direction, manip);
    if (!entry.has(done_bit(manip)) && (info != Info::established || is_reopened(packet, manip))) {
        const Verdict verdict = bind_what_is_left(context, entry, manip);
        if (verdict != Verdict::proceed) return verdict;
        if (tracking_.seen(packet).entry != &entry) return translate(context);  // another took its place
        if (entry.between_families()) return pass_across(context, entry);
    } else if (context.hook == Hook::postrouting && left_its_interface(context, entry)) {
        return Verdict::drop;
    }
    if (!entry.has(changed_bit(owed(manip, direction)))) return Verdict::proceed;
    const End to = end_of(entry.tuple(track::opposite(direction)), manip);
    const std::uint16_t before = manip == Manip::source ? packet.flat.sport : packet.flat.dport;
    rewrite(packet, manip, to);
    if (context.traced()) [[unlikely]]
        context.trace({.kind = TraceKind::translated,
                       .text = manip == Manip::source ? "source" : "destination",
                       .before = before,
                       .after = to.port,
                       .address = to.address});
    return Verdict::proceed;
}

// A masqueraded connection whose way out has changed: its peer knows it by an address that isn't its any
// more. It goes, so that the next packet begins anew.
bool Nat::left_its_interface(Context& context, const Entry& entry) {
    const std::uint32_t was = track::status::masqueraded_by(entry.status);
    const std::uint32_t is = std::min(index(context.out) + 1u, track::status::masquerade_most);
    if (was == 0 || was == is || direction_of(context.packet) == Direction::reply) return false;
    tracking_.give_up(tracking_.seen(context.packet).connection);
    context.finding = {.reason = Reason::nat_interface_changed, .numbers = {was - 1, is - 1}};
    return true;
}

Verdict Nat::pass_invalid(Context& context) {
    const Packet& packet = context.packet;
    if (packet.connection.index == ConnRef::no_connection || manip_at(context.hook) == Manip::source)
        return Verdict::proceed;
    const Entry& entry = tracking_.table()[static_cast<track::ConnIndex>(packet.connection.index)];
    if ((entry.status & changed_bits) == 0) return Verdict::proceed;
    ++statistics_.untranslated;
    if (entry.between_families()) {
        context.finding = {.reason = Reason::nat64_invalid};
        return Verdict::drop;
    }
    if (!settings_.drop_invalid) return Verdict::proceed;
    context.finding = {.reason = Reason::nat_invalid};
    return Verdict::drop;
}

void Nat::entered(track::ConnIndex connection, Entry& entry) {
    endpoints_.entered(connection);
    blocks_.entered(connection);
    const bool translated = entry.has(track::status::source_nat);
    // What has the address of the interface anyway is looked for when that is lost.
    if (!translated && track::status::masqueraded_by(entry.status) == 0) return;
    if (translated) {
        sources_.add(connection);
    } else {
        tracking_.table().side().add<track::Mapping>(entry);
    }
    if (const PoolIndex pool = pools_.add(connection); pool != PoolIndex::none) warn(pool);
}

// Tells once of each level of fullness that a pool reaches, the first with time to do something about it.
void Nat::warn(PoolIndex which) {
    constexpr std::uint32_t levels[] = {80, 90, 95, 100};
    constexpr int log_warning = 4;
    Pool& pool = pools_[which];
    const std::uint64_t percent = std::uint64_t{pool.used} * 100 / std::max(pool.size, 1u);
    std::uint8_t level = 0;
    while (level < std::size(levels) && percent >= levels[level]) ++level;
    if (level > pool.warned && services_.log != nullptr && pool.size >= smallest_watched) {
        const auto users = heaviest_users(pools_, which, 1);
        services_.log->log(services_.now, log_warning,
                           fmt::format("nat: {}: {}; {} has {} of them", name(pool), usage(pool),
                                       to_string(users[0].source, pool.reply.family), users[0].connections));
    }
    pool.warned = level;
}

void Nat::forget_lost(const Interfaces& before, const Interfaces& now) {
    for (std::size_t at = 0; at < before.size(); ++at) {
        const auto interface = static_cast<InterfaceId>(at);
        if (!before[interface].up) continue;
        const bool up = at < now.size() && now[interface].up;
        for (const InterfaceAddress& address : before[interface].addresses) {
            const auto stays = [&](const InterfaceAddress& a) {
                return a.family == address.family && a.address == address.address;
            };
            if (!up || std::ranges::none_of(now[interface].addresses, stays))
                forget_address(interface, address.address, address.family);
        }
    }
}

void Nat::forget_address(InterfaceId interface, const Address& address, Family family) {
    track::Table& table = tracking_.table();
    const std::uint32_t masqueraded = std::min(index(interface) + 1u, track::status::masquerade_most);
    std::vector<std::pair<track::ConnIndex, std::uint16_t>> lost;
    pools_.visit_address(address, family, [&](PoolIndex pool, const Pool&) {
        pools_.visit_connections(pool, [&](const Entry& entry) {
            if (track::status::masqueraded_by(entry.status) != masqueraded) return;
            if (const track::Way way = table.find(entry.tuple(Direction::reply), entry.zone[1]))
                lost.emplace_back(way.connection, entry.generation);
        });
    });
    for (const auto& [connection, generation] : lost) {
        if (table[connection].generation == generation) table.end(connection, track::End::deleted);
    }
}

void Nat::ended(track::ConnIndex connection, const Entry& entry, track::End) {
    endpoints_.ended(connection);
    blocks_.ended(connection);
    if (entry.has(track::status::source_nat)) sources_.remove(connection);
    pools_.remove(connection);
}

}  // namespace gatehouse::nat

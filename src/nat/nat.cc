#include "nat/nat.h"

#include <algorithm>
#include <fmt/format.h>

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
    return info == Info::related &&
           (packet.flat.protocol == wire::protocol::icmp || packet.flat.protocol == wire::protocol::icmpv6);
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
      mapper_(tracking.table(), sources_, pools_, *services.random),
      mentions_(tracking, *services.random) {
    tracking.also_tell(this);
    tracking.table().side().expect<track::Mapping>();
}

bool Nat::is_open(const Context& context) const {
    const Packet& packet = context.packet;
    const Info info = info_of(packet);
    if (info != Info::fresh && info != Info::related) return false;
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

Verdict Nat::bind(Context& context, Manip manip, const Range& range) {
    const track::Seen at = tracking_.seen(context.packet);
    if (at.entry == nullptr || at.entry->confirmed()) return Verdict::proceed;
    Entry& entry = *at.entry;
    const auto current = track::inverse(entry.tuple(Direction::reply));
    if (!current) return Verdict::proceed;
    const Choice choice = mapper_.choose(entry, *current, manip, range);
    // A destination that clashes may yet be told apart by its source.
    if (!choice.free && choice.tried > 0 && manip == Manip::source) {
        ++statistics_.exhausted;
        context.finding = {.reason = Reason::nat_exhausted, .numbers = {choice.tried, choice.size}};
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
        at.entry->status |= (index(context.out) + 1u) << track::status::masquerade_shift;
    return verdict;
}

// No rule spoke of it.
Verdict Nat::bind_as_it_is(Context& context, const Entry& entry, Manip manip) {
    const track::Tuple reply = entry.tuple(Direction::reply);
    return bind(context, manip, Range::one(manip == Manip::source ? reply.destination : reply.source));
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
    Packet& packet = context.packet;
    const Info info = info_of(packet);
    const Direction direction = direction_of(packet);
    const Manip manip = manip_at(context.hook);
    if (is_error(packet, info)) return translate_error(context, entry, direction, manip);
    if (info != Info::established && !entry.has(done_bit(manip))) {
        const Verdict verdict =
            follows_its_master(entry) ? follow_master(context, entry) : bind_as_it_is(context, entry, manip);
        if (verdict != Verdict::proceed) return verdict;
    } else if (context.hook == Hook::postrouting && left_its_interface(context, entry)) {
        return Verdict::drop;
    }
    if (!entry.has(changed_bit(owed(manip, direction)))) return Verdict::proceed;
    const End to = end_of(entry.tuple(track::opposite(direction)), manip);
    const std::uint16_t before = manip == Manip::source ? packet.flat.sport : packet.flat.dport;
    rewrite(packet, manip, to);
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
    const std::uint32_t was = entry.status >> track::status::masquerade_shift;
    const std::uint32_t is = index(context.out) + 1u;
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
    if (!settings_.drop_invalid) return Verdict::proceed;
    context.finding = {.reason = Reason::nat_invalid};
    return Verdict::drop;
}

void Nat::entered(track::ConnIndex connection, Entry& entry) {
    if (!entry.has(track::status::source_nat)) return;
    sources_.add(connection);
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
    const auto has = [](const Interfaces& in, std::uint16_t at, const Address& address, Family family) {
        if (at >= in.size() || !in[static_cast<InterfaceId>(at)].up) return false;
        const auto& all = in[static_cast<InterfaceId>(at)].addresses;
        return std::ranges::any_of(all,
                                   [&](const auto& a) { return a.family == family && a.address == address; });
    };
    track::Table& table = tracking_.table();
    track::ScanCursor cursor;
    table.scan(cursor, ~0u, [&](track::ConnIndex connection, Entry& entry) {
        const std::uint32_t interface = entry.status >> track::status::masquerade_shift;
        if (interface == 0) return;
        const auto at = static_cast<std::uint16_t>(interface - 1);
        const Address address = entry.tuple(Direction::reply).destination;
        if (has(before, at, address, entry.family) && !has(now, at, address, entry.family))
            table.end(connection, track::End::deleted);
    });
}

void Nat::ended(track::ConnIndex connection, const Entry& entry, track::End) {
    if (!entry.has(track::status::source_nat)) return;
    sources_.remove(connection);
    pools_.remove(connection);
}

}  // namespace gatehouse::nat

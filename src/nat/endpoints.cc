#include "nat/endpoints.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "wire/protocol.h"

namespace gatehouse::nat {

namespace {

using track::Direction;
using track::Entry;
using track::Tuple;

// Outside addresses, each counted once for each protocol.
constexpr std::uint32_t most_addresses = 1024;
constexpr std::uint32_t linger_ticks = 120'000;

using wire::protocol::is_icmp;
std::uint16_t destination_port(const Tuple& tuple) {
    return is_icmp(tuple.protocol) ? tuple.ends.source : tuple.ends.destination;
}

}  // namespace

Endpoints::Endpoints(track::Table& table)
    : table_(table),
      mask_(std::bit_ceil(table.limits().entries) - 1),
      heads_((std::size_t{mask_} + 1) * sizeof(std::uint32_t)),
      ports_heads_(most_addresses * sizeof(std::uint32_t)),
      held_((std::size_t{mask_} + 1) * sizeof(std::uint32_t)),
      mappings_(table.limits().entries),
      ports_(most_addresses),
      idle_(table, mappings_, linger_ticks) {}

std::uint32_t& Endpoints::head(const Tuple& source, track::Zone zone) const {
    const Tuple named{.source = source.source,
                      .ends = {.source = source.ends.source},
                      .family = source.family,
                      .protocol = source.protocol};
    const auto at = static_cast<std::uint32_t>(table_.hash(named, zone)) & mask_;
    return reinterpret_cast<std::uint32_t*>(heads_.data())[at];
}

std::uint32_t& Endpoints::head_of_ports(const Tuple& like, const Address& outside, track::Zone zone) const {
    const Tuple named{.destination = outside, .family = like.family, .protocol = like.protocol};
    const auto at = static_cast<std::uint32_t>(table_.hash(named, zone)) % most_addresses;
    return reinterpret_cast<std::uint32_t*>(ports_heads_.data())[at];
}

std::uint32_t Endpoints::ports_of(const Tuple& like, const Address& outside, track::Zone zone) const {
    std::uint32_t link = head_of_ports(like, outside, zone);
    for (; link != 0; link = ports_[link - 1].next) {
        const Ports& ports = ports_[link - 1];
        if (ports.address == outside && ports.family == like.family && ports.protocol == like.protocol &&
            ports.zone == zone)
            break;
    }
    return link;
}

std::uint32_t Endpoints::make_ports(const Tuple& like, const Address& outside, track::Zone zone) {
    if (const std::uint32_t there = ports_of(like, outside, zone); there != 0) return there;
    const std::uint32_t at = ports_.take();
    if (at == Arena<Ports>::none) return 0;
    Ports& ports = ports_[at];
    std::uint32_t& first = head_of_ports(like, outside, zone);
    ports.address = outside;
    ports.family = like.family;
    ports.protocol = like.protocol;
    ports.zone = zone;
    ports.used = 0;
    ports.next = first;
    return first = at + 1;
}

const Endpoints::Mapping* Endpoints::from_inside(const Tuple& tuple, track::Zone zone, Family outside) const {
    if (!any()) return nullptr;
    for (std::uint32_t link = head(tuple, zone); link != 0; link = mappings_[link - 1].next) {
        const Mapping& m = mappings_[link - 1];
        if (m.inside == End{tuple.source, tuple.ends.source} && m.protocol == tuple.protocol &&
            m.family == tuple.family && m.outside_family == outside && m.zone == zone)
            return &m;
    }
    return nullptr;
}

const Endpoints::Mapping* Endpoints::from_outside(const Tuple& tuple, track::Zone zone) const {
    if (!any()) return nullptr;
    const std::uint32_t ports = ports_of(tuple, tuple.destination, zone);
    const std::uint32_t holder = ports == 0 ? 0 : ports_[ports - 1].holders[destination_port(tuple)];
    if (holder == 0) return nullptr;
    const Mapping& m = mappings_[holder - 1];
    return m.connections == 0 && idle_.is_over(holder - 1) ? nullptr : &m;
}

bool Endpoints::taken(const Tuple& like, const End& outside, track::Zone zone) const {
    const std::uint32_t ports = ports_of(like, outside.address, zone);
    return ports != 0 && ports_[ports - 1].holders[outside.port] != 0;
}

std::uint32_t Endpoints::used(const Tuple& like, const Address& outside, track::Zone zone) const {
    const std::uint32_t ports = ports_of(like, outside, zone);
    return ports == 0 ? 0 : ports_[ports - 1].used;
}

std::optional<std::uint16_t> Endpoints::next_free(const Tuple& like, const Address& outside, track::Zone zone,
                                                  std::uint32_t from, std::uint32_t first,
                                                  std::uint32_t size) const {
    const std::uint32_t ports = ports_of(like, outside, zone);
    for (std::uint32_t i = 0; i < size; ++i) {
        const auto port = static_cast<std::uint16_t>(first + (from - first + i) % size);
        if (ports == 0 || ports_[ports - 1].holders[port] == 0) return port;
    }
    return {};
}

bool Endpoints::add(const Tuple& inside, const Tuple& outside, track::Zone zone, InterfaceId way_out,
                    std::uint8_t prefix) {
    idle_.expire([this](std::uint32_t at) { forget(at); });
    const std::uint32_t ports = make_ports(outside, outside.source, zone);
    if (ports == 0) return false;
    const std::uint32_t at = mappings_.take();
    if (at == Arena<Mapping>::none) return false;
    std::uint32_t& first = head(inside, zone);
    mappings_[at] = {.inside = {inside.source, inside.ends.source},
                     .outside = {outside.source, outside.ends.source},
                     .family = inside.family,
                     .protocol = inside.protocol,
                     .outside_family = outside.family,
                     .outside_protocol = outside.protocol,
                     .prefix = prefix,
                     .zone = zone,
                     .way_out = way_out,
                     .next = first};
    if (first != 0) mappings_[first - 1].before = at + 1;
    first = at + 1;
    ports_[ports - 1].holders[outside.ends.source] = at + 1;
    ++ports_[ports - 1].used;
    idle_.add(at);
    return true;
}

// The mapping that a connection goes by, from within or from without: its place plus one.
std::uint32_t Endpoints::mapping_of(const Entry& entry) const {
    if (!any()) return 0;
    const Tuple original = entry.tuple(Direction::original), reply = entry.tuple(Direction::reply);
    const auto place = [&](const Mapping* m) { return static_cast<std::uint32_t>(m - &mappings_[0]) + 1; };
    if (const Mapping* const m = from_inside(original, entry.zone[0], reply.family);
        m != nullptr && m->outside == End{reply.destination, destination_port(reply)})
        return place(m);
    const Mapping* const m = from_outside(original, entry.zone[0]);
    return m != nullptr && m->inside.address == reply.source ? place(m) : 0;
}

void Endpoints::entered(track::ConnIndex connection) {
    const std::uint32_t holder = mapping_of(table_[connection]);
    if (holder == 0) return;
    reinterpret_cast<std::uint32_t*>(held_.data())[track::index(connection)] = holder;
    if (mappings_[holder - 1].connections++ == 0) idle_.remove(holder - 1);
}

void Endpoints::ended(track::ConnIndex connection) {
    if (!any()) return;
    std::uint32_t& held = reinterpret_cast<std::uint32_t*>(held_.data())[track::index(connection)];
    if (held == 0) return;
    const std::uint32_t at = std::exchange(held, 0) - 1;
    if (--mappings_[at].connections == 0) idle_.add(at, table_[connection]);
}

void Endpoints::forget(std::uint32_t at) {
    const Mapping& m = mappings_[at];
    const Tuple like{.source = m.inside.address,
                     .ends = {.source = m.inside.port},
                     .family = m.family,
                     .protocol = m.protocol};
    if (m.next != 0) mappings_[m.next - 1].before = m.before;
    (m.before != 0 ? mappings_[m.before - 1].next : head(like, m.zone)) = m.next;
    const Tuple like_outside{.family = m.outside_family, .protocol = m.outside_protocol};
    Ports& ports = ports_[ports_of(like_outside, m.outside.address, m.zone) - 1];
    ports.holders[m.outside.port] = 0;
    --ports.used;
    mappings_.give_back(at);
}

}  // namespace gatehouse::nat

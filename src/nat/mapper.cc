#include "nat/mapper.h"

#include <algorithm>

#include "base/jenkins_hash.h"
#include "track/tuple_of.h"
#include "wire/protocol.h"

namespace gatehouse::nat {

namespace {

namespace protocol = wire::protocol;
using track::Direction;
using track::Entry;
using track::Tuple;

using protocol::is_icmp;

// The number by which mappings of one address are told apart; nullptr when there is none.
std::uint16_t* key_of(Tuple& tuple, Manip manip) {
    if (is_icmp(tuple.protocol)) return &tuple.ends.source;
    if (!track::has_ports(tuple.protocol) && tuple.protocol != protocol::gre) return nullptr;
    return manip == Manip::source ? &tuple.ends.source : &tuple.ends.destination;
}

bool in_ports(Tuple tuple, Manip manip, const Range& range) {
    const std::uint16_t* const key = key_of(tuple, manip);
    return key == nullptr || (*key >= range.first_port && *key <= range.last_port);
}

bool in_range(const Tuple& tuple, const Range& range) {
    if (range.addresses && (tuple.source < range.low || tuple.source > range.high)) return false;
    return !range.ports || in_ports(tuple, Manip::source, range);
}

// Words as they lie in a header, which is what is hashed.
std::uint32_t wire_word(std::uint32_t host) { return __builtin_bswap32(host); }

}  // namespace

Address choose_address(const Tuple& tuple, const Range& range, Manip manip, track::Zone zone) {
    const Address& own = manip == Manip::source ? tuple.source : tuple.destination;
    if (!range.addresses) return own;
    if (range.low == range.high) return range.low;
    const unsigned last = is_v4(tuple.family) ? 0 : 3;
    std::array<std::uint32_t, 4> key{};
    std::ranges::transform(tuple.source.words, key.begin(), wire_word);
    std::uint32_t hash = jenkins_hash(
        key, range.persistent ? 0 : wire_word(tuple.destination.words[last]) ^ std::uint32_t{zone.value});
    Address chosen;
    bool any = false;  // a higher word stands below its last value: the lower ones may be anything
    for (unsigned i = 0; i <= last; ++i) {
        const std::uint32_t low = any ? 0 : range.low.words[i];
        const std::uint32_t many = any ? 0xffffffff : range.high.words[i] - low + 1;
        chosen.words[i] = low + static_cast<std::uint32_t>(std::uint64_t{hash} * many >> 32);
        any |= chosen.words[i] != range.high.words[i];
        if (!range.persistent) hash ^= wire_word(tuple.destination.words[i]);
    }
    return chosen;
}

// Who has the packets that would come back. Another packet of the very same flow isn't somebody else: confirm
// settles that.
track::Way Mapper::holder(const Entry& entry, const Tuple& tuple) const {
    const auto reply = track::inverse(tuple);
    if (!reply) return {};
    const auto stands = [&](track::Way way) {
        if (!way) return false;
        const Entry& other = table_[way.connection];
        return !other.matches(Direction::original, entry.tuple(Direction::original), entry.zone[0]);
    };
    track::Way way = table_.find(*reply, entry.zone[1]);
    if (entry.zone[0] != entry.zone[1]) {
        if (way && way.direction != Direction::reply) way = {};
        if (!way) {
            way = table_.find(*reply, entry.zone[0]);
            if (way && way.direction != Direction::original) way = {};
        }
    }
    return stands(way) ? way : track::Way{};
}

// At the end of a search, a TCP connection that is over may have to give up its mapping, provided that the
// new one's sequence numbers lie beyond its (RFC 6191).
bool Mapper::make_free(const Entry& entry, const Tuple& tuple, std::uint32_t tries_left) const {
    constexpr std::uint32_t last_tries = 32;
    const track::Way way = holder(entry, tuple);
    if (!way) return true;
    if (tries_left > last_tries || tuple.protocol != protocol::tcp ||
        entry.state.tcp.phase != track::TcpPhase::syn_sent || way.direction == Direction::original)
        return false;
    const Entry& old = table_[way.connection];
    const bool over = old.state.tcp.phase >= track::TcpPhase::time_wait;
    const std::uint32_t beyond = entry.state.tcp.side[0].end - old.state.tcp.side[0].end;
    if (!over || old.has(track::status::fixed_timeout) || !old.has(track::status::source_nat) ||
        static_cast<std::int32_t>(beyond) <= 0)
        return false;
    table_.end(way.connection, track::End::killed);
    return true;
}

bool Mapper::known_source(const Entry& entry, const Tuple& current, const Range& range, Tuple& found) const {
    bool known = false;
    sources_.visit(current, entry.zone[0], [&](const Entry& other) {
        const Tuple reply = other.tuple(Direction::reply);
        found = current;
        found.source = reply.destination;
        found.ends.source = is_icmp(reply.protocol) ? reply.ends.source : reply.ends.destination;
        return known = in_range(found, range);
    });
    return known;
}

// Tries so many ports from an offset into the range on.
bool Mapper::try_from(const Entry& entry, std::uint16_t& port, const Ports& ports, std::uint32_t offset,
                      std::uint32_t tries, Choice& choice) const {
    for (std::uint32_t i = 0; i < tries; ++i) {
        port = static_cast<std::uint16_t>(ports.first + (offset + i) % ports.size);
        ++choice.tried;
        if (make_free(entry, choice.tuple, tries - i)) return true;
    }
    return false;
}

// Which ports a search may give; none where there is nothing to search.
Mapper::Ports Mapper::ports_for(const Entry& entry, const Tuple& tuple, Manip manip, const Range& range) {
    Tuple of = tuple;
    const std::uint16_t* const port = key_of(of, manip);
    // Of GRE only PPTP's calls have keys, which its helper knows.
    if (port == nullptr || (tuple.protocol == protocol::gre && !entry.has(track::status::expected)))
        return {};
    if (range.ports) {
        const auto [first, last] = std::minmax(range.first_port, range.last_port);
        return {.first = first, .size = last - first + 1u};
    }
    if (is_icmp(tuple.protocol)) return {.first = 0, .size = 65'536};
    if (tuple.protocol == protocol::gre) return {.first = 1, .size = 65'535};
    if (manip == Manip::destination) return {};
    if (*port < 512) return {.first = 1, .size = 511};
    if (*port < 1024) return {.first = 600, .size = 424};
    return {.first = 1024, .size = 64'512};
}

void Mapper::seek(const Entry& entry, Manip manip, const Range& range, Choice& choice) const {
    const Ports ports = ports_for(entry, choice.tuple, manip, range);
    if (ports.size == 0) return;
    std::uint16_t* const port = key_of(choice.tuple, manip);
    choice.size = ports.size;
    std::uint32_t offset = 0;
    if (range.base != 0) {
        offset = static_cast<std::uint16_t>(*port - range.base);
    } else if (range.random || manip == Manip::source) {
        offset = random_.below(65'536);
    }
    const PoolIndex pool =
        manip == Manip::source ? pools_.find(*track::inverse(choice.tuple), entry.zone[1]) : PoolIndex::none;
    if (pool != PoolIndex::none) pools_[pool].size = ports.size;
    choice.free = pool != PoolIndex::none && pools_.is_mapped(pool)
                      ? try_mapped(entry, *port, ports, pool, choice)
                      : try_random(entry, *port, ports, offset, choice);
}

// Of the range's other addresses, those that differ in the last word alone.
void Mapper::seek_elsewhere(const Entry& entry, const Range& range, track::Ends ends, Choice& choice) const {
    constexpr std::uint64_t most = 256;
    const unsigned last = is_v4(choice.tuple.family) ? 0 : 3;
    const Address full = choice.tuple.source;
    const bool whole =
        !std::equal(range.low.words.begin(), range.low.words.begin() + last, range.high.words.begin());
    const std::uint32_t low = whole ? 0 : range.low.words[last];
    const std::uint64_t many =
        whole ? std::uint64_t{1} << 32 : std::uint64_t{range.high.words[last]} - low + 1;
    for (std::uint64_t i = 1; i < std::min(many, most) && !choice.free; ++i) {
        choice.tuple.source.words[last] =
            low + static_cast<std::uint32_t>((full.words[last] - low + i) % many);
        choice.tuple.ends = ends;
        seek(entry, Manip::source, range, choice);
    }
}

// In ever smaller windows.
bool Mapper::try_random(const Entry& entry, std::uint16_t& port, const Ports& ports, std::uint32_t offset,
                        Choice& choice) const {
    constexpr std::uint32_t window = 128, least = 16;
    std::uint32_t tries = std::min(window, ports.size);
    while (!try_from(entry, port, ports, offset, tries, choice)) {
        if (tries >= ports.size || tries < least) return false;
        tries /= 2;
        offset = random_.below(65'536);
    }
    return true;
}

// The pool knows its own ports; others than it may have one. When all are in use, connections that are over
// are sought among some of them.
bool Mapper::try_mapped(const Entry& entry, std::uint16_t& port, const Ports& ports, PoolIndex pool,
                        Choice& choice) const {
    constexpr std::uint32_t most = 256, last_tries = 32;
    std::uint32_t from = ports.first + random_.below(ports.size);
    for (std::uint32_t i = 0; i < most; ++i) {
        const auto free = pools_.next_free(pool, from, ports.first, ports.size);
        if (!free) break;
        port = *free;
        ++choice.tried;
        if (make_free(entry, choice.tuple, most)) return true;
        from = *free + 1u;
    }
    return try_from(entry, port, ports, random_.below(65'536), std::min(last_tries, ports.size), choice);
}

Choice Mapper::choose(const Entry& entry, const Tuple& current, Manip manip, const Range& range) const {
    Choice choice{.tuple = current};
    if (manip == Manip::source && !range.random) {
        if (in_range(current, range)) {
            if (is_free(entry, current)) return choice;
        } else if (known_source(entry, current, range, choice.tuple)) {
            if (is_free(entry, choice.tuple)) return choice;
        }
        choice.tuple = current;
    }
    (manip == Manip::source ? choice.tuple.source : choice.tuple.destination) =
        choose_address(current, range, manip, entry.zone[0]);
    if (!range.random) {
        if (range.ports) {
            const bool fixed = range.first_port == range.last_port;
            if (range.base == 0 && in_ports(choice.tuple, manip, range) &&
                (fixed || is_free(entry, choice.tuple)))
                return choice;
        } else if (is_free(entry, choice.tuple)) {
            return choice;
        }
    }
    choice.free = false;
    seek(entry, manip, range, choice);
    const bool others = range.addresses && range.low != range.high && !range.persistent;
    if (!choice.free && choice.tried > 0 && others && manip == Manip::source)
        seek_elsewhere(entry, range, current.ends, choice);
    return choice;
}

// A port of the address in `choice` that nobody has, the source's own if it may be kept.
void Mapper::seek_endpoint(const Entry& entry, const Tuple& current, const Ports& ports, const Range& range,
                           const Endpoints& endpoints, Choice& choice) const {
    constexpr std::uint32_t most = 256;
    std::uint16_t* const port = key_of(choice.tuple, Manip::source);
    const Address outside = choice.tuple.source;
    const track::Zone zone = entry.zone[0];
    const auto is_ours = [&] { return ++choice.tried, choice.free = is_free(entry, choice.tuple); };
    *port = current.ends.source;
    const bool fits = *port >= ports.first && *port - ports.first < ports.size;
    if (fits && !range.random && !endpoints.taken(current, {outside, *port}, zone) && is_ours()) return;
    if (endpoints.used(current, outside, zone) >= ports.size) {
        choice.tried += ports.size;
        return;
    }
    std::uint32_t from = ports.first + random_.below(ports.size);
    for (std::uint32_t tried = 0; tried < std::min(most, ports.size); ++tried) {
        const auto next = endpoints.next_free(current, outside, zone, from, ports.first, ports.size);
        if (!next) return;
        *port = *next;
        if (is_ours()) return;
        from = *next + 1u;
    }
}

Choice Mapper::choose_endpoint(const Entry& entry, const Tuple& inside, const Tuple& current,
                               const Range& range, const Endpoints& endpoints) const {
    constexpr std::uint32_t most_addresses = 256;
    Choice choice{.tuple = current, .free = false};
    const Ports ports = ports_for(entry, current, Manip::source, range);
    if (ports.size == 0) return choose(entry, current, Manip::source, range);
    const track::Zone zone = entry.zone[0];
    choice.size = ports.size;
    if (const auto* const known = endpoints.from_inside(inside, zone, current.family)) {
        choice.tuple.source = known->outside.address;
        *key_of(choice.tuple, Manip::source) = known->outside.port;
        choice.tried = 1;
        choice.free = is_free(entry, choice.tuple);
        return choice;
    }
    const unsigned last = is_v4(current.family) ? 0 : 3;
    // All of a client's ports are of one address, as long as that has any (RFC 4787, REQ-2).
    Range paired = range;
    paired.persistent = true;
    const Address first = choose_address(current, paired, Manip::source, zone);
    const std::uint64_t many = range.addresses && !range.persistent
                                   ? std::uint64_t{range.high.words[last]} - range.low.words[last] + 1
                                   : 1;
    choice.tuple.source = first;
    for (std::uint32_t i = 0; i < std::min<std::uint64_t>(many, most_addresses); ++i) {
        if (i != 0) {
            choice.tuple.source.words[last] =
                range.low.words[last] +
                static_cast<std::uint32_t>((first.words[last] - range.low.words[last] + i) % many);
        }
        seek_endpoint(entry, current, ports, range, endpoints, choice);
        if (choice.free) break;
    }
    return choice;
}

}  // namespace gatehouse::nat

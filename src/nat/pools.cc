#include "nat/pools.h"

#include <algorithm>
#include <bit>

#include "wire/protocol.h"

namespace gatehouse::nat {

namespace {

using track::Direction;
using track::Entry;
using track::Tuple;

constexpr std::uint32_t mapped_from = 64;  // connections
constexpr unsigned ports = 65'536, unprivileged_ports = 64'512;
constexpr std::uint32_t address_heads = 4096;

using wire::protocol::is_icmp;

Tuple name_of(Tuple reply) {
    (is_icmp(reply.protocol) ? reply.ends.source : reply.ends.destination) = 0;
    return reply;
}

}  // namespace

std::uint16_t port_of(const Tuple& reply) {
    return is_icmp(reply.protocol) ? reply.ends.source : reply.ends.destination;
}

std::optional<std::uint32_t> Pool::seconds_left() const {
    if (used >= size) return 0;
    if (growth <= 0) return {};
    return static_cast<std::uint32_t>(std::uint64_t{size - used} * 256 / static_cast<std::uint32_t>(growth));
}

Pools::Pools(track::Table& table)
    : table_(table),
      heads_(std::bit_ceil(std::size_t{table.limits().entries}) * sizeof(std::uint32_t)),
      mask_(std::bit_ceil(table.limits().entries) - 1),
      address_heads_(address_heads * sizeof(std::uint32_t)),
      pools_(table.limits().entries),
      bitmaps_(table.limits().entries / mapped_from + 1) {}

std::uint32_t& Pools::head(const Tuple& named, track::Zone zone) const {
    const auto at = static_cast<std::uint32_t>(table_.hash(named, zone)) & mask_;
    return reinterpret_cast<std::uint32_t*>(heads_.data())[at];
}

PoolIndex Pools::find(const Tuple& reply, track::Zone zone) const {
    const Tuple named = name_of(reply);
    for (std::uint32_t link = head(named, zone); link != 0; link = pools_[link - 1].next) {
        if (pools_[link - 1].zone == zone && pools_[link - 1].reply == named)
            return static_cast<PoolIndex>(link - 1);
    }
    return PoolIndex::none;
}

std::uint32_t& Pools::head_of_address(const Address& address, Family family) const {
    const track::Tuple named{.destination = address, .family = family};
    const auto at = static_cast<std::uint32_t>(table_.hash(named, {})) % address_heads;
    return reinterpret_cast<std::uint32_t*>(address_heads_.data())[at];
}

void Pools::list_by_address(std::uint32_t at) {
    Pool& pool = pools_[at];
    std::uint32_t& first = head_of_address(pool.reply.destination, pool.reply.family);
    pool.next_of_address = first;
    pool.previous_of_address = 0;
    if (first != 0) pools_[first - 1].previous_of_address = at + 1;
    first = at + 1;
}

void Pools::unlist_by_address(const Pool& pool) {
    if (pool.next_of_address != 0)
        pools_[pool.next_of_address - 1].previous_of_address = pool.previous_of_address;
    (pool.previous_of_address != 0 ? pools_[pool.previous_of_address - 1].next_of_address
                                   : head_of_address(pool.reply.destination, pool.reply.family)) =
        pool.next_of_address;
}

// There is room: a pool has a connection.
PoolIndex Pools::make(const Tuple& named, track::Zone zone) {
    const std::uint32_t at = pools_.take();
    std::uint32_t& first = head(named, zone);
    const std::uint32_t size = is_icmp(named.protocol) ? ports : unprivileged_ports;
    pools_[at] = Pool{.reply = named, .zone = zone, .size = size, .sampled = table_.now(), .next = first};
    if (first != 0) pools_[first - 1].previous = at + 1;
    first = at + 1;
    list_by_address(at);
    return static_cast<PoolIndex>(at);
}

void Pools::give_back(PoolIndex which) {
    Pool& pool = (*this)[which];
    if (pool.bitmap != 0) bitmaps_.give_back(pool.bitmap - 1);
    if (pool.next != 0) pools_[pool.next - 1].previous = pool.previous;
    (pool.previous != 0 ? pools_[pool.previous - 1].next : head(pool.reply, pool.zone)) = pool.next;
    pool.used = 0;
    unlist_by_address(pool);
    pools_.give_back(static_cast<std::uint32_t>(which));
}

void Pools::set_port(Pool& pool, std::uint16_t port, bool used) {
    std::uint64_t& word = bitmaps_[pool.bitmap - 1].words[port / 64];
    const std::uint64_t bit = std::uint64_t{1} << (port % 64);
    word = used ? word | bit : word & ~bit;
}

// The rate is taken a second at a time, each new one counting for a quarter.
void Pools::count(Pool& pool) const {
    constexpr std::int32_t second_ticks = 1000;
    const std::int32_t passed = table_.now() - pool.sampled;
    if (passed < second_ticks) return;
    const std::int64_t gained = std::int64_t{pool.used} - pool.sampled_used;
    const auto rate = static_cast<std::int32_t>(gained * 256 * second_ticks / passed);
    pool.growth = pool.growth == 0 ? rate : pool.growth + (rate - pool.growth) / 4;
    pool.sampled_used = pool.used;
    pool.sampled = table_.now();
}

PoolIndex Pools::add(track::ConnIndex connection) {
    const Entry& entry = table_[connection];
    track::Mapping* const mine = table_.side().find<track::Mapping>(entry);
    if (mine == nullptr) return PoolIndex::none;
    const Tuple reply = entry.tuple(Direction::reply);
    PoolIndex which = find(reply, entry.zone[1]);
    if (which == PoolIndex::none) which = make(name_of(reply), entry.zone[1]);
    Pool& pool = (*this)[which];
    const std::uint32_t link = track::index(connection) + 1;
    mine->pool = static_cast<std::uint32_t>(which) + 1;
    mine->next_in_pool = pool.first;
    mine->previous_in_pool = 0;
    if (pool.first != 0) mapping(pool.first).previous_in_pool = link;
    pool.first = link;
    count(pool);
    ++pool.used;
    if (pool.bitmap != 0) {
        set_port(pool, port_of(reply), true);
    } else if (pool.used == mapped_from) {
        map_ports(which);
    }
    return which;
}

void Pools::map_ports(PoolIndex which) {
    const std::uint32_t at = bitmaps_.take();
    if (at == Arena<Bitmap>::none) return;
    bitmaps_[at] = {};
    Pool& pool = (*this)[which];
    pool.bitmap = at + 1;
    visit_connections(
        which, [&](const Entry& entry) { set_port(pool, port_of(entry.tuple(Direction::reply)), true); });
}

void Pools::remove(track::ConnIndex connection) {
    const Entry& entry = table_[connection];
    const track::Mapping* const mine = table_.side().find<track::Mapping>(entry);
    if (mine == nullptr || mine->pool == 0) return;
    const auto which = static_cast<PoolIndex>(mine->pool - 1);
    Pool& pool = (*this)[which];
    if (mine->next_in_pool != 0) mapping(mine->next_in_pool).previous_in_pool = mine->previous_in_pool;
    (mine->previous_in_pool != 0 ? mapping(mine->previous_in_pool).next_in_pool : pool.first) =
        mine->next_in_pool;
    count(pool);
    if (--pool.used == 0) return give_back(which);
    if (pool.bitmap != 0) set_port(pool, port_of(entry.tuple(Direction::reply)), false);
}

std::optional<std::uint16_t> Pools::next_free(PoolIndex which, std::uint32_t from, std::uint32_t first,
                                              std::uint32_t size) const {
    const Bitmap& map = bitmaps_[(*this)[which].bitmap - 1];
    const auto seek = [&](std::uint32_t begin, std::uint32_t end) -> std::optional<std::uint16_t> {
        while (begin < end) {
            const std::uint64_t free = ~map.words[begin / 64] >> (begin % 64);
            if (free != 0) {
                const std::uint32_t port = begin + static_cast<std::uint32_t>(std::countr_zero(free));
                return port < end ? std::optional(static_cast<std::uint16_t>(port)) : std::nullopt;
            }
            begin = (begin / 64 + 1) * 64;
        }
        return {};
    };
    const std::uint32_t end = std::min(first + size, ports);
    from = std::clamp(from, first, end);
    if (const auto found = seek(from, end)) return found;
    return seek(first, from);
}

}  // namespace gatehouse::nat

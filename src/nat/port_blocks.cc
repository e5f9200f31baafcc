#include "nat/port_blocks.h"

#include <algorithm>
#include <bit>
#include <span>
#include <utility>

#include "wire/protocol.h"

namespace gatehouse::nat {

namespace {

using track::Direction;
using track::Tuple;

constexpr std::uint32_t first_shared = 1024, shared = 65'536 - first_shared;
constexpr std::uint32_t most_outsides = 4096, most_blocks = 1u << 20;
constexpr std::uint32_t linger_ticks = 120'000;

std::uint16_t port_outside(const Tuple& reply) {
    const bool icmp = wire::protocol::is_icmp(reply.protocol);
    return icmp ? reply.ends.source : reply.ends.destination;
}

}  // namespace

PortBlocks::PortBlocks(track::Table& table, Listener& listener)
    : table_(table),
      listener_(listener),
      mask_(std::bit_ceil(table.limits().entries) - 1),
      heads_((std::size_t{mask_} + 1) * sizeof(std::uint32_t)),
      outside_heads_(most_outsides * sizeof(std::uint32_t)),
      held_((std::size_t{mask_} + 1) * sizeof(std::uint32_t)),
      blocks_(most_blocks),
      outsides_(most_outsides),
      idle_(table, blocks_, linger_ticks) {}

std::uint32_t& PortBlocks::head(const Address& client, Family family, track::Zone zone) const {
    const auto at =
        static_cast<std::uint32_t>(table_.hash({.source = client, .family = family}, zone)) & mask_;
    return reinterpret_cast<std::uint32_t*>(heads_.data())[at];
}

std::uint32_t& PortBlocks::head_of_outside(const Address& outside, Family family, track::Zone zone) const {
    const auto at =
        static_cast<std::uint32_t>(table_.hash({.destination = outside, .family = family}, zone)) %
        most_outsides;
    return reinterpret_cast<std::uint32_t*>(outside_heads_.data())[at];
}

// Made if need be: nullptr when there is no room for another.
PortBlocks::Outside* PortBlocks::outside(const Address& address, Family family, track::Zone zone,
                                         std::uint16_t size) {
    std::uint32_t& first = head_of_outside(address, family, zone);
    for (std::uint32_t link = first; link != 0; link = outsides_[link - 1].next) {
        Outside& there = outsides_[link - 1];
        if (there.address == address && there.family == family && there.zone == zone && there.size == size)
            return &there;
    }
    const std::uint32_t at = outsides_.take();
    if (at == Arena<Outside>::none) return nullptr;
    Outside& fresh = outsides_[at];
    fresh.address = address;
    fresh.family = family;
    fresh.zone = zone;
    fresh.size = size;
    fresh.next = first;
    first = at + 1;
    return &fresh;
}

const PortBlocks::Block* PortBlocks::give_from(const Tuple& client, track::Zone zone, Outside& from) {
    const std::span holders = std::span(from.holders).first(shared / from.size);
    const auto free = std::ranges::find(holders, 0u);
    if (free == holders.end()) return nullptr;
    const std::uint32_t at = blocks_.take();
    if (at == Arena<Block>::none) return nullptr;
    std::uint32_t& first = head(client.source, client.family, zone);
    const auto slot = static_cast<std::uint32_t>(free - holders.begin());
    blocks_[at] = {.client = client.source,
                   .outside = from.address,
                   .family = client.family,
                   .zone = zone,
                   .first = static_cast<std::uint16_t>(first_shared + slot * from.size),
                   .size = from.size,
                   .next = first};
    if (first != 0) blocks_[first - 1].before = at + 1;
    first = at + 1;
    *free = at + 1;
    idle_.add(at);
    listener_.block(blocks_[at], true);
    return &blocks_[at];
}

const PortBlocks::Block* PortBlocks::give(const Tuple& client, track::Zone zone, const Range& range,
                                          const Address& begin) {
    constexpr std::uint64_t most_tried = 256;
    idle_.expire([this](std::uint32_t at) { forget(at); });
    unsigned has = 0;
    visit(client, zone, range.block, [&](const Block&) { return ++has == most_each; });
    if (has == most_each) return nullptr;
    const unsigned last = is_v4(client.family) ? 0 : 3;
    const std::uint64_t many = std::uint64_t{range.high.words[last]} - range.low.words[last] + 1;
    const bool within =
        begin.words[last] >= range.low.words[last] && begin.words[last] <= range.high.words[last];
    for (std::uint64_t i = 0; i < (within ? std::min(many, most_tried) : 1); ++i) {
        Address address = begin;
        if (within) {
            address.words[last] =
                range.low.words[last] +
                static_cast<std::uint32_t>((begin.words[last] - range.low.words[last] + i) % many);
        }
        Outside* const from = outside(address, client.family, zone, range.block);
        if (from == nullptr) return nullptr;
        if (const Block* const given = give_from(client, zone, *from)) return given;
    }
    return nullptr;
}

void PortBlocks::entered(track::ConnIndex connection) {
    if (count() == 0) return;
    const track::Entry& entry = table_[connection];
    const Tuple original = entry.tuple(Direction::original), reply = entry.tuple(Direction::reply);
    std::uint32_t link = head(original.source, entry.family, entry.zone[0]);
    for (; link != 0; link = blocks_[link - 1].next) {
        Block& block = blocks_[link - 1];
        const std::uint16_t port = port_outside(reply);
        if (block.client != original.source || block.outside != reply.destination || port < block.first ||
            port > block.last())
            continue;
        reinterpret_cast<std::uint32_t*>(held_.data())[track::index(connection)] = link;
        if (block.connections++ == 0) idle_.remove(link - 1);
        return;
    }
}

void PortBlocks::ended(track::ConnIndex connection) {
    if (count() == 0) return;
    std::uint32_t& held = reinterpret_cast<std::uint32_t*>(held_.data())[track::index(connection)];
    if (held == 0) return;
    const std::uint32_t at = std::exchange(held, 0) - 1;
    if (--blocks_[at].connections == 0) idle_.add(at, table_[connection]);
}

void PortBlocks::forget(std::uint32_t at) {
    const Block& block = blocks_[at];
    listener_.block(block, false);
    if (block.next != 0) blocks_[block.next - 1].before = block.before;
    (block.before != 0 ? blocks_[block.before - 1].next : head(block.client, block.family, block.zone)) =
        block.next;
    Outside& from = *outside(block.outside, block.family, block.zone, block.size);
    from.holders[(block.first - first_shared) / block.size] = 0;
    blocks_.give_back(at);
}

}  // namespace gatehouse::nat

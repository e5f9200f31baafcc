// Blocks of ports: a client gets a whole block of an outside address's ports, of which all its connections'
// mappings are, so that one line in the log says for long who has them (RFC 6888, REQ-14; RFC 6269, section
// 12).
//
// A client whose block has no port left toward a destination gets another one, up to a few. A block goes two
// minutes after its last connection. Ports below 1024 are in no block.
//
// The engine's thread only. Nothing allocates after construction.
#pragma once
#include <cstdint>
#include <optional>

#include "base/arena.h"
#include "nat/lingering.h"
#include "nat/range.h"
#include "track/table.h"

namespace gatehouse::nat {

class PortBlocks {
  public:
    static constexpr std::uint16_t smallest = 64, largest = 32'256;
    static constexpr unsigned most_each = 8;

    struct Block {
        Address client{}, outside{};
        Family family{};
        track::Zone zone{};
        std::uint16_t first = 0, size = 0;
        std::uint32_t connections = 0;
        std::uint32_t next = 0, before = 0;  // in the hash chain of clients: places plus one
        LingeringPlace linger{};             // while it has none

        std::uint16_t last() const { return static_cast<std::uint16_t>(first + size - 1); }
    };
    // Is told who has a block from now on, or no longer.
    class Listener {
      public:
        virtual ~Listener() = default;
        virtual void block(const Block& block, bool given) = 0;
    };

    // Throws std::bad_alloc when the address space can't be reserved.
    PortBlocks(track::Table& table, Listener& listener);
    PortBlocks(const PortBlocks&) = delete;
    PortBlocks& operator=(const PortBlocks&) = delete;

    // visit(const Block&) for a client's blocks of this size, the newest first, until it says true.
    template <class Visit>
    bool visit(const track::Tuple& client, track::Zone zone, std::uint16_t size, Visit&& visit) const;
    // One more for the client, out of the range's addresses, beginning with `first`. nullptr: it has as many
    // as anyone may, or there is none.
    const Block* give(const track::Tuple& client, track::Zone zone, const Range& range, const Address& first);

    // A connection with a port of a block enters the table, or leaves it.
    void entered(track::ConnIndex connection);
    void ended(track::ConnIndex connection);

    std::uint32_t count() const { return blocks_.used(); }

  private:
    // An outside address, cut into blocks of one size.
    struct Outside {
        Address address{};
        Family family{};
        track::Zone zone{};
        std::uint16_t size = 0;
        std::uint32_t next = 0;                      // in the hash chain: a place plus one
        std::uint32_t holders[64'512 / smallest]{};  // blocks: places plus one
    };
    std::uint32_t& head(const Address& client, Family family, track::Zone zone) const;
    std::uint32_t& head_of_outside(const Address& outside, Family family, track::Zone zone) const;
    Outside* outside(const Address& address, Family family, track::Zone zone, std::uint16_t size);
    const Block* give_from(const track::Tuple& client, track::Zone zone, Outside& outside);
    void forget(std::uint32_t at);

    track::Table& table_;
    Listener& listener_;
    std::uint32_t mask_;
    Reservation heads_, outside_heads_, held_;
    Arena<Block> blocks_;
    Arena<Outside> outsides_;
    Lingering<Block> idle_;
};

template <class Visit>
bool PortBlocks::visit(const track::Tuple& client, track::Zone zone, std::uint16_t size,
                       Visit&& visit) const {
    std::uint32_t link = head(client.source, client.family, zone);
    for (; link != 0; link = blocks_[link - 1].next) {
        const Block& b = blocks_[link - 1];
        if (b.client == client.source && b.family == client.family && b.zone == zone && b.size == size &&
            visit(b))
            return true;
    }
    return false;
}

}  // namespace gatehouse::nat

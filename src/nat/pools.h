// What is in use of each mapping pool: the ports (ids) that connections to one destination have of one of our
// addresses, of which there are only so many.
//
// A pool is named by {our address, protocol, destination and its port, zone}: what of the replies' tuple our
// port is added to. It lives while a translated connection is in it. A pool that grows gets a bitmap of its
// ports, so that a free one is found in a nearly full pool at once, and that there is none is certain. The
// table has the last word: connections that aren't translated use ports of our addresses, too.
//
// The engine's thread only. Nothing allocates after construction.
#pragma once
#include <cstdint>
#include <optional>

#include "base/arena.h"
#include "track/table.h"

namespace gatehouse::nat {

enum class PoolIndex : std::uint32_t { none = 0xffffffff };

struct Pool {
    track::Tuple reply{};  // our port (id) in it is zero
    track::Zone zone{};
    std::uint32_t used = 0;
    std::uint32_t size = 0;  // ports that the last mapping could be chosen from
    // Connections that came each second, net of those that went, smoothed: in 1/256.
    std::int32_t growth = 0;
    std::uint32_t sampled_used = 0;
    track::Tick sampled{};
    std::uint8_t warned = 0;  // the level of fullness that was told of
    std::uint32_t first = 0;  // its connections, linked by track::Mapping: a place plus one
    std::uint32_t next = 0;   // in the hash chain: a pool plus one
    std::uint32_t previous = 0;
    std::uint32_t next_of_address = 0, previous_of_address = 0;  // in the chain of our address: the same
    std::uint32_t bitmap = 0;                                    // plus one

    // Seconds until it is full at the rate of late; nothing while it doesn't grow.
    std::optional<std::uint32_t> seconds_left() const;
};

class Pools {
  public:
    // Throws std::bad_alloc when the address space can't be reserved.
    explicit Pools(track::Table& table);

    // The pool that packets with this reply tuple, whatever our port, come back by.
    PoolIndex find(const track::Tuple& reply, track::Zone zone) const;
    Pool& operator[](PoolIndex i) { return pools_[static_cast<std::uint32_t>(i)]; }
    const Pool& operator[](PoolIndex i) const { return pools_[static_cast<std::uint32_t>(i)]; }

    // A connection that has its Mapping enters the table (its pool; none without one), or leaves it.
    PoolIndex add(track::ConnIndex connection);
    void remove(track::ConnIndex connection);

    // Whether the pool's ports are known one by one.
    bool is_mapped(PoolIndex pool) const { return (*this)[pool].bitmap != 0; }
    // The first port at or behind `from` (and then from `first` on) in [first, first + size) that no
    // connection of a pool with a bitmap has.
    std::optional<std::uint16_t> next_free(PoolIndex pool, std::uint32_t from, std::uint32_t first,
                                           std::uint32_t size) const;

    // visit(PoolIndex, const Pool&) for every pool.
    template <class Visit>
    void visit(Visit&& visit) const;
    // The same for the pools of one of our addresses. The visitor may not add or remove connections.
    template <class Visit>
    void visit_address(const Address& address, Family family, Visit&& visit) const;
    // visit(const Entry&) for a pool's connections, the newest first.
    template <class Visit>
    void visit_connections(PoolIndex pool, Visit&& visit) const;

    std::uint32_t count() const { return pools_.used(); }

  private:
    struct Bitmap {
        std::uint64_t words[1024];
    };
    std::uint32_t& head(const track::Tuple& named, track::Zone zone) const;
    std::uint32_t& head_of_address(const Address& address, Family family) const;
    void list_by_address(std::uint32_t at);
    void unlist_by_address(const Pool& pool);
    PoolIndex make(const track::Tuple& named, track::Zone zone);
    void give_back(PoolIndex pool);
    void count(Pool& pool) const;
    void map_ports(PoolIndex pool);
    void set_port(Pool& pool, std::uint16_t port, bool used);
    track::Mapping& mapping(std::uint32_t link) const {
        return *table_.side().find<track::Mapping>(table_[static_cast<track::ConnIndex>(link - 1)]);
    }

    track::Table& table_;
    Reservation heads_;
    std::uint32_t mask_;
    Reservation address_heads_;
    Arena<Pool> pools_;
    Arena<Bitmap> bitmaps_;
};

// Our port, or id, of packets that come back.
std::uint16_t port_of(const track::Tuple& reply);

template <class Visit>
void Pools::visit(Visit&& visit) const {
    for (std::uint32_t i = 0; i < pools_.opened(); ++i) {
        if (pools_[i].used > 0) visit(static_cast<PoolIndex>(i), pools_[i]);
    }
}

template <class Visit>
void Pools::visit_address(const Address& address, Family family, Visit&& visit) const {
    std::uint32_t link = head_of_address(address, family);
    for (; link != 0; link = pools_[link - 1].next_of_address) {
        const track::Tuple& reply = pools_[link - 1].reply;
        if (reply.destination == address && reply.family == family)
            visit(static_cast<PoolIndex>(link - 1), pools_[link - 1]);
    }
}

template <class Visit>
void Pools::visit_connections(PoolIndex pool, Visit&& visit) const {
    for (std::uint32_t link = (*this)[pool].first; link != 0; link = mapping(link).next_in_pool)
        visit(table_[static_cast<track::ConnIndex>(link - 1)]);
}

}  // namespace gatehouse::nat

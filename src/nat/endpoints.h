// Endpoint-independent mappings (`--eim`): what a client's address and port become is the same whoever it
// talks to, and whoever talks to what they became reaches the client (RFC 4787, REQ-1 and REQ-8; RFC 5382,
// REQ-1 and REQ-3; RFC 5508, REQ-1).
//
// So nobody else has that address and port, whoever is on the other side: a port of an address is one
// client's. A mapping lives while it has connections, and two minutes more (RFC 4787, REQ-5).
//
// The engine's thread only. Nothing allocates after construction.
#pragma once
#include <cstdint>
#include <optional>

#include "base/arena.h"
#include "nat/lingering.h"
#include "nat/rewrite.h"
#include "track/table.h"

namespace gatehouse::nat {

class Endpoints {
  public:
    struct Mapping {
        End inside{}, outside{};
        Family family{};  // inside
        std::uint8_t protocol = 0;
        Family outside_family{};  // the other one of a mapping between the families
        std::uint8_t outside_protocol = 0;
        std::uint8_t prefix = 0;  // of such a mapping: which prefix stands for IPv4, its number plus one
        track::Zone zone{};
        InterfaceId way_out{};               // by which its first packet left
        std::uint32_t connections = 0;       // that it has
        std::uint32_t next = 0, before = 0;  // in the hash chain: places plus one
        LingeringPlace linger{};             // while it has none
    };

    // Of so many connections. Throws std::bad_alloc when the address space can't be reserved.
    explicit Endpoints(track::Table& table);
    Endpoints(const Endpoints&) = delete;
    Endpoints& operator=(const Endpoints&) = delete;

    bool any() const { return mappings_.used() > 0; }
    std::uint32_t count() const { return mappings_.used(); }
    // The mapping of packets from this source to addresses of a family, or that packets to this destination
    // are for; nullptr: none.
    const Mapping* from_inside(const track::Tuple& tuple, track::Zone zone, Family outside) const;
    const Mapping* from_outside(const track::Tuple& tuple, track::Zone zone) const;

    // Whether somebody has this end of an outside address already.
    bool taken(const track::Tuple& like, const End& outside, track::Zone zone) const;
    // How many of an outside address's ports are mapped.
    std::uint32_t used(const track::Tuple& like, const Address& outside, track::Zone zone) const;
    // The first port behind `from` (and then from `first` on) in [first, first + size) that nobody has.
    std::optional<std::uint16_t> next_free(const track::Tuple& like, const Address& outside, track::Zone zone,
                                           std::uint32_t from, std::uint32_t first, std::uint32_t size) const;
    // From the source of `inside` to that of `outside`, which isn't taken. False: there is no room.
    bool add(const track::Tuple& inside, const track::Tuple& outside, track::Zone zone, InterfaceId way_out,
             std::uint8_t prefix = 0);

    // A connection that has the mapping enters the table, or leaves it.
    void entered(track::ConnIndex connection);
    void ended(track::ConnIndex connection);

  private:
    // An outside address's ports of one protocol, each with the mapping that has it (its place plus one).
    struct Ports {
        Address address{};
        Family family{};
        std::uint8_t protocol = 0;
        track::Zone zone{};
        std::uint32_t used = 0;
        std::uint32_t next = 0;  // in the hash chain: a place plus one
        std::uint32_t holders[65'536]{};
    };
    std::uint32_t& head(const track::Tuple& source, track::Zone zone) const;
    std::uint32_t& head_of_ports(const track::Tuple& like, const Address& outside, track::Zone zone) const;
    std::uint32_t ports_of(const track::Tuple& like, const Address& outside, track::Zone zone) const;
    std::uint32_t make_ports(const track::Tuple& like, const Address& outside, track::Zone zone);
    std::uint32_t mapping_of(const track::Entry& entry) const;
    void forget(std::uint32_t at);

    track::Table& table_;
    std::uint32_t mask_;
    Reservation heads_, ports_heads_, held_;
    Arena<Mapping> mappings_;
    Arena<Ports> ports_;
    Lingering<Mapping> idle_;
};

}  // namespace gatehouse::nat

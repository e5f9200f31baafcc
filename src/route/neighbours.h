// Who answers to which address on which link: static entries, for ARP's and ND's answers alike.
//
// Not changed while packets flow: a change is made on a copy. A slot is a fixed place for one neighbour,
// known or not; route next hops keep the slot of their gateway, so that forwarding through it hashes nothing.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "hook/interfaces.h"
#include "packet/packet.h"
#include "route/types.h"
#include "wire/address.h"

namespace gatehouse::route {

// A neighbour and the link to it: all that a departing packet takes from either. Four to a cache line, apart
// from what a neighbour is found by.
struct Adjacency {
    Mac to{}, from{};       // the Ethernet header's addresses
    std::uint16_t mtu = 0;  // the link's; 0: not known, or the link isn't up or not one to others
    bool known = false;
};
static_assert(sizeof(Adjacency) == 16 && offsetof(Adjacency, from) == 6, "a frame begins like this");

class Neighbours {
  public:
    // On these links. An interface that isn't among them has neighbours, too, but no adjacency with an MTU.
    explicit Neighbours(const Interfaces& interfaces = {});

    // Sets or changes an entry.
    void set(InterfaceId interface, Family family, const Address& address, const Mac& mac);
    // Takes an entry away; its slot stays. False when it wasn't known.
    bool remove(InterfaceId interface, Family family, const Address& address);

    // The slot of a neighbour, made when there is none yet.
    std::uint32_t slot(InterfaceId interface, Family family, const Address& address);

    // The address on the link, or nullptr when it isn't known.
    const Mac* at(std::uint32_t slot) const {
        return adjacencies_[slot].known ? &adjacencies_[slot].to : nullptr;
    }
    const Adjacency& adjacency(std::uint32_t slot) const { return adjacencies_[slot]; }
    const Mac* find(InterfaceId interface, Family family, const Address& address) const {
        const std::uint32_t i = locate(interface, family, address);
        return i == none ? nullptr : at(i);
    }

    // Asks the cache for a slot. It needn't be one: then for something that isn't there, which does no harm.
    void prefetch(std::uint32_t slot) const {
        const auto first = reinterpret_cast<std::uintptr_t>(adjacencies_.data());
        __builtin_prefetch(reinterpret_cast<const void*>(first + slot * sizeof(Adjacency)));
    }

    std::size_t size() const { return known_; }
    std::size_t bytes() const;

  private:
    static constexpr std::uint32_t none = no_neighbour_slot;

    struct Entry {
        Address address;
        InterfaceId interface = InterfaceId::none;
        Family family = Family::ipv4;
    };
    struct Link {
        Mac mac{};
        std::uint16_t mtu = 0;  // as Adjacency has it
    };

    static std::uint32_t hash(InterfaceId interface, Family family, const Address& address);
    std::uint32_t locate(InterfaceId interface, Family family, const Address& address) const;
    void grow();

    std::vector<Link> links_;             // by interface
    std::vector<Entry> entries_;          // by slot
    std::vector<Adjacency> adjacencies_;  // by slot
    std::vector<std::uint32_t> index_;    // open addressing, a power of two, at most half full
    std::size_t known_ = 0;
};

}  // namespace gatehouse::route

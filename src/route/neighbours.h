// Who answers to which address on which link: static entries, for ARP's and ND's answers alike.
//
// Not changed while packets flow: a change is made on a copy. A slot is a fixed place for one neighbour,
// known or not; route next hops keep the slot of their gateway, so that forwarding through it hashes nothing.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "packet/packet.h"
#include "route/types.h"
#include "wire/address.h"

namespace gatehouse::route {

class Neighbours {
  public:
    // Sets or changes an entry.
    void set(InterfaceId interface, Family family, const Address& address, const Mac& mac);
    // Takes an entry away; its slot stays. False when it wasn't known.
    bool remove(InterfaceId interface, Family family, const Address& address);

    // The slot of a neighbour, made when there is none yet.
    std::uint32_t slot(InterfaceId interface, Family family, const Address& address);

    // The address on the link, or nullptr when it isn't known.
    const Mac* at(std::uint32_t slot) const { return stations_[slot].known ? &stations_[slot].mac : nullptr; }
    const Mac* find(InterfaceId interface, Family family, const Address& address) const {
        const std::uint32_t i = locate(interface, family, address);
        return i == none ? nullptr : at(i);
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
    // Apart from the entries: all that forwarding through a gateway reads, eight to a cache line.
    struct Station {
        Mac mac{};
        bool known = false;
    };

    static std::uint32_t hash(InterfaceId interface, Family family, const Address& address);
    std::uint32_t locate(InterfaceId interface, Family family, const Address& address) const;
    void grow();

    std::vector<Entry> entries_;        // by slot
    std::vector<Station> stations_;     // by slot
    std::vector<std::uint32_t> index_;  // open addressing, a power of two, at most half full
    std::size_t known_ = 0;
};

}  // namespace gatehouse::route

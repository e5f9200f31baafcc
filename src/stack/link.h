// The link layer's two ends: which frames an interface takes, and what header a departing packet gets.
#pragma once
#include <cstdint>
#include <optional>

#include "hook/interfaces.h"
#include "packet/packet.h"
#include "route/router.h"

namespace gatehouse::stack {

// Judges the frame by its destination MAC address and VLAN tags, sets Packet::type, and says why it isn't
// taken. `ethertype` is the one past the tags.
Finding accept_link(Packet& packet, const Interface& interface, std::uint16_t ethertype);

// The MAC address that the packet goes to: the neighbour's, or that of a group. nullopt: the neighbour isn't
// known.
std::optional<Mac> link_destination(const route::Router& router, const route::Decision& route,
                                    const route::Key& key);

// Puts an Ethernet header right before the network packet, in place of whatever was there; padding goes.
void frame(Packet& packet, const Mac& source, const Mac& destination);

}  // namespace gatehouse::stack

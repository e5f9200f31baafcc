// The link layer's two ends: which frames an interface takes, and what header a departing packet gets.
#pragma once
#include <cstdint>

#include "hook/interfaces.h"
#include "packet/packet.h"
#include "route/router.h"
#include "wire/protocol.h"

namespace gatehouse::stack {

namespace link_detail {
Mac group_address(const route::Decision& route, const Flat& flat);
void move_to_front(Packet& packet);
constexpr std::uint32_t ethernet_header = 14;
}  // namespace link_detail

// Judges the frame by its destination MAC address and VLAN tags, sets Packet::type, and says why it isn't
// taken. `ethertype` is the one past the tags.
Finding accept_link(Packet& packet, const Interface& interface, std::uint16_t ethertype);
// The same for an untagged IP packet to this station; false leaves the frame to accept_link().
inline bool accept_plainly(Packet& packet, const Interface& interface) {
    if (packet.vlan_count != 0 || !interface.mac.stands_at(packet.data)) return false;
    packet.type = PacketType::host;
    return true;
}

// The MAC address that the packet goes to: the neighbour's, or that of a group, for which `room` is. nullptr:
// the neighbour isn't known.
inline const Mac* link_destination(const route::Router& router, const route::Decision& route,
                                   const Flat& flat, Mac& room) {
    if (route.kind != route::Kind::broadcast && route.kind != route::Kind::multicast) [[likely]]
        return router.neighbour(route, flat.family, flat.destination);
    room = link_detail::group_address(route, flat);
    return &room;
}

// Puts an Ethernet header right before the network packet, in place of whatever was there; padding goes.
inline void frame(Packet& packet, const route::Adjacency& link) {
    if (packet.flat.l3 != link_detail::ethernet_header) [[unlikely]]
        link_detail::move_to_front(packet);
    packet.length = link_detail::ethernet_header + packet.flat.l3_length;
    packet.vlan_count = 0;
    std::uint8_t* const at = packet.data;
    std::memcpy(at, &link, 12);  // both addresses
    store_be16(at + 12, is_v4(packet.flat.family) ? wire::ethertype::ipv4 : wire::ethertype::ipv6);
}

}  // namespace gatehouse::stack

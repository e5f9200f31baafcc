#include "stack/link.h"

#include "packet/reason.h"
#include "wire/protocol.h"

namespace gatehouse::stack {

Finding accept_link(Packet& packet, const Interface& interface, std::uint16_t ethertype) {
    const Mac to = Mac::load(packet.data);
    if (to == interface.mac) {
        packet.type = PacketType::host;
    } else if (to.is_multicast()) {
        packet.type = to.is_broadcast() ? PacketType::broadcast : PacketType::multicast;
    } else {
        packet.type = PacketType::other_host;
        return {.reason = Reason::not_for_us};
    }
    // Priority tags (VLAN 0) are taken as if they weren't there (802.1Q, 6.9).
    if (packet.vlan_count > 0 && !interface.accept_tagged && (packet.vlan[0].control & 0xfff) != 0) {
        return {.reason = Reason::vlan_without_device, .numbers = {packet.vlan[0].control & 0xfffu}};
    }
    if (packet.flat.network || ethertype == wire::ethertype::arp) return {};
    if (ethertype == 0) return {.reason = Reason::bad_llc, .numbers = {packet.length}};
    return {.reason = Reason::unknown_ethertype, .numbers = {ethertype}};
}

namespace link_detail {

// RFC 1112, 6.4; RFC 2464, 7.
Mac group_address(const route::Decision& route, const Flat& flat) {
    if (route.kind == route::Kind::broadcast) return {{255, 255, 255, 255, 255, 255}};
    const Address& to = flat.destination;
    Mac group{{0x01, 0x00, 0x5e}};
    if (is_v4(flat.family)) {
        store_be32(&group.bytes[2], (0x5eu << 24) | (to.words[0] & 0x7fffff));
    } else {
        group.bytes = {0x33, 0x33};
        store_be32(&group.bytes[2], to.words[3]);
    }
    return group;
}

// Lets the frame begin so that there is room for the Ethernet header alone. In wrapping arithmetic: a packet
// of ours starts at its network header and moves back into the headroom.
void move_to_front(Packet& packet) {
    Flat& flat = packet.flat;
    const auto shift = static_cast<std::int32_t>(flat.l3) - static_cast<std::int32_t>(ethernet_header);
    packet.data += shift;
    flat.l4 = static_cast<std::uint16_t>(flat.l4 - shift);
    flat.l3 = ethernet_header;
    if (packet.checksum == ChecksumState::partial)
        packet.checksum_start = static_cast<std::uint16_t>(packet.checksum_start - shift);
}

}  // namespace link_detail
}  // namespace gatehouse::stack

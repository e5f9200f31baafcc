#include "stack/link.h"

#include "packet/reason.h"
#include "wire/protocol.h"

namespace gatehouse::stack {

namespace {
constexpr std::uint32_t ethernet_header = 14;
}

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

std::optional<Mac> link_destination(const route::Router& router, const route::Decision& route,
                                    const route::Key& key) {
    const Address& to = key.destination;
    switch (route.kind) {
        case route::Kind::broadcast: return Mac{{255, 255, 255, 255, 255, 255}};
        case route::Kind::multicast: {
            // RFC 1112, 6.4; RFC 2464, 7.
            Mac group{{0x01, 0x00, 0x5e}};
            if (is_v4(key.family)) {
                store_be32(&group.bytes[2], (0x5eu << 24) | (to.words[0] & 0x7fffff));
            } else {
                group.bytes = {0x33, 0x33};
                store_be32(&group.bytes[2], to.words[3]);
            }
            return group;
        }
        default: break;
    }
    const Mac* const mac = router.neighbour(route, key);
    return mac == nullptr ? std::nullopt : std::optional(*mac);
}

void frame(Packet& packet, const Mac& source, const Mac& destination) {
    Flat& flat = packet.flat;
    // In wrapping arithmetic: a packet of ours starts at its network header and moves back into the headroom.
    const auto shift = static_cast<std::int32_t>(flat.l3) - static_cast<std::int32_t>(ethernet_header);
    packet.data += shift;
    packet.length = ethernet_header + flat.l3_length;
    flat.l4 = static_cast<std::uint16_t>(flat.l4 - shift);
    flat.l3 = ethernet_header;
    if (packet.checksum == ChecksumState::partial)
        packet.checksum_start = static_cast<std::uint16_t>(packet.checksum_start - shift);
    packet.vlan_count = 0;
    destination.store(packet.data);
    source.store(packet.data + 6);
    store_be16(packet.data + 12, is_v4(flat.family) ? wire::ethertype::ipv4 : wire::ethertype::ipv6);
}

}  // namespace gatehouse::stack

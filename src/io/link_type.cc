#include "io/link_type.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <string_view>
#include <utility>

#include "wire/protocol.h"

namespace gatehouse::io {

namespace ethertype = wire::ethertype;

namespace {

struct NamedLinkType {
    std::uint16_t number;
    std::string_view name;
};

constexpr NamedLinkType names[] = {
    {0, "NULL"},
    {1, "ETHERNET"},
    {3, "AX25"},
    {6, "IEEE802_5"},
    {7, "ARCNET_BSD"},
    {8, "SLIP"},
    {9, "PPP"},
    {10, "FDDI"},
    {12, "RAW"},
    {14, "RAW"},
    {50, "PPP_HDLC"},
    {51, "PPP_ETHER"},
    {99, "SYMANTEC_FIREWALL"},
    {100, "ATM_RFC1483"},
    {101, "RAW"},
    {104, "C_HDLC"},
    {105, "IEEE802_11"},
    {107, "FRELAY"},
    {108, "LOOP"},
    {113, "LINUX_SLL"},
    {114, "LTALK"},
    {117, "PFLOG"},
    {119, "IEEE802_11_PRISM"},
    {122, "IP_OVER_FC"},
    {123, "SUNATM"},
    {127, "IEEE802_11_RADIOTAP"},
    {129, "ARCNET_LINUX"},
    {138, "APPLE_IP_OVER_IEEE1394"},
    {139, "MTP2_WITH_PHDR"},
    {140, "MTP2"},
    {141, "MTP3"},
    {142, "SCCP"},
    {143, "DOCSIS"},
    {144, "LINUX_IRDA"},
    {147, "USER0"},
    {163, "IEEE802_11_AVS"},
    {166, "PPP_PPPD"},
    {187, "BLUETOOTH_HCI_H4"},
    {189, "USB_LINUX"},
    {192, "PPI"},
    {195, "IEEE802_15_4_WITHFCS"},
    {199, "IPMB_KONTRON"},
    {201, "BLUETOOTH_HCI_H4_WITH_PHDR"},
    {204, "PPP_WITH_DIR"},
    {209, "IPMB_LINUX"},
    {220, "USB_LINUX_MMAPPED"},
    {226, "IPNET"},
    {227, "CAN_SOCKETCAN"},
    {228, "IPV4"},
    {229, "IPV6"},
    {230, "IEEE802_15_4_NOFCS"},
    {231, "DBUS"},
    {239, "NFLOG"},
    {240, "NETANALYZER"},
    {242, "IPOIB"},
    {247, "INFINIBAND"},
    {248, "SCTP"},
    {249, "USBPCAP"},
    {251, "BLUETOOTH_LE_LL"},
    {252, "WIRESHARK_UPPER_PDU"},
    {253, "NETLINK"},
    {254, "BLUETOOTH_LINUX_MONITOR"},
    {258, "PKTAP"},
    {272, "NORDIC_BLE"},
    {274, "ETHERNET_MPACKET"},
    {276, "LINUX_SLL2"},
};

constexpr std::uint32_t ethernet_header = 14;

using Outcome = std::expected<Framing, FramingError>;

Outcome truncated(LinkType type, std::size_t there, std::uint32_t needed) {
    return std::unexpected(
        FramingError{FramingError::Kind::truncated, type, static_cast<std::uint32_t>(there), needed});
}

Outcome unknown_protocol(LinkType type, std::uint32_t number) {
    return std::unexpected(FramingError{FramingError::Kind::protocol, type, number});
}

Outcome raw_ip(LinkType type, Bytes record) {
    if (record.empty()) return truncated(type, 0, 1);
    switch (record[0] >> 4) {
        case 4: return Framing{.type_or_length = ethertype::ipv4};
        case 6: return Framing{.type_or_length = ethertype::ipv6};
        default: return unknown_protocol(type, record[0] >> 4);
    }
}

// NULL has the address family in the capturing machine's byte order, LOOP in network order; IPv6's number
// differs between systems. A family is small, so that the order shows.
Outcome loopback(LinkType type, Bytes record) {
    if (record.size() < 4) return truncated(type, record.size(), 4);
    std::uint32_t family = load_be32(record.data());
    if (family > 0xffff) family = std::byteswap(family);
    switch (family) {
        case 2: return Framing{.type_or_length = ethertype::ipv4, .skip = 4};
        case 10:  // Linux
        case 23:  // Windows
        case 24:  // NetBSD, OpenBSD
        case 28:  // FreeBSD
        case 30:  // macOS
            return Framing{.type_or_length = ethertype::ipv6, .skip = 4};
        default: return unknown_protocol(type, family);
    }
}

// RFC 1661 and 1662: address and control may be left out, and the protocol's first byte if it is zero.
Outcome ppp(LinkType type, Bytes record) {
    std::uint32_t at = 0;
    if (record.size() >= 2 && record[0] == 0xff && record[1] == 0x03) at = 2;
    if (record.size() < at + 1) return truncated(type, record.size(), at + 2);
    std::uint32_t protocol = record[at++];
    if ((protocol & 1) == 0) {
        if (record.size() < at + 1) return truncated(type, record.size(), at + 1);
        protocol = protocol << 8 | record[at++];
    }
    switch (protocol) {
        case 0x0021: return Framing{.type_or_length = ethertype::ipv4, .skip = at};
        case 0x0057: return Framing{.type_or_length = ethertype::ipv6, .skip = at};
        default: return unknown_protocol(type, protocol);
    }
}

// RFC 2516: the code tells a session's packet from discovery.
Outcome ppp_ether(LinkType type, Bytes record) {
    if (record.size() < 6) return truncated(type, record.size(), 6);
    return Framing{.type_or_length = static_cast<std::uint16_t>(record[1] == 0 ? ethertype::pppoe_session
                                                                               : ethertype::pppoe_discovery)};
}

// Which fields of a "cooked" record lie where.
struct CookedLayout {
    std::uint32_t length;
    std::uint32_t protocol;
    std::uint32_t hardware;
    std::uint32_t packet_type;  // offset of its low byte
    std::uint32_t address_length;
    std::uint32_t address;
};
constexpr CookedLayout sll = {
    .length = 16, .protocol = 14, .hardware = 2, .packet_type = 1, .address_length = 5, .address = 6};
constexpr CookedLayout sll2 = {
    .length = 20, .protocol = 0, .hardware = 8, .packet_type = 10, .address_length = 11, .address = 12};

// Hardware types (ARPHRD_, linux/if_arp.h) whose cooked payload isn't what the protocol field says.
bool payload_is_special(std::uint16_t hardware) {
    constexpr std::uint16_t special[] = {770 /* frame relay */, 801, 802, 803 /* 802.11 */,
                                         824 /* netlink */};
    return std::ranges::find(special, hardware) != std::end(special);
}

Outcome cooked(LinkType type, const CookedLayout& layout, Bytes record) {
    if (record.size() < layout.length) return truncated(type, record.size(), layout.length);
    Framing framing{.skip = layout.length};
    std::uint16_t protocol = load_be16(record.data() + layout.protocol);
    if (payload_is_special(load_be16(record.data() + layout.hardware)))
        return unknown_protocol(type, protocol);
    if (protocol == 4) {  // 802.2 LLC follows, as in an 802.3 frame
        const std::size_t payload = record.size() - layout.length;
        if (payload >= ethertype::first) return unknown_protocol(type, protocol);
        protocol = static_cast<std::uint16_t>(payload);
    } else if (protocol < ethertype::first) {
        return unknown_protocol(type, protocol);
    }
    framing.type_or_length = protocol;
    switch (record[layout.packet_type]) {
        case 1: framing.packet_type = PacketType::broadcast; break;
        case 2: framing.packet_type = PacketType::multicast; break;
        case 3: framing.packet_type = PacketType::other_host; break;
        case 4: framing.outgoing = true; break;
        default: break;
    }
    if (record[layout.address_length] == 6) framing.sender = Mac::load(record.data() + layout.address);
    if (type == LinkType::linux_sll2) framing.interface_index = load_be32(record.data() + 4);
    return framing;
}

}  // namespace

std::string name(LinkType type) {
    const auto number = std::to_underlying(type);
    const auto found = std::ranges::find(names, number, &NamedLinkType::number);
    if (found == std::end(names)) return fmt::format("link type {}", number);
    return fmt::format("LINKTYPE_{} ({})", found->name, number);
}

std::string FramingError::text() const {
    switch (kind) {
        case Kind::truncated:
            return fmt::format("a record of {} with {} bytes, where its link header takes {}",
                               name(link_type), there, needed);
        case Kind::protocol:
            return fmt::format("a record of {} with protocol {:#x}, which isn't a network packet",
                               name(link_type), there);
        case Kind::link_type: break;
    }
    return fmt::format("{} can't be turned into Ethernet", name(link_type));
}

bool convertible(LinkType type) {
    const auto framing = framing_of(type, {});
    return framing || framing.error().kind != FramingError::Kind::link_type;
}

std::expected<Framing, FramingError> framing_of(LinkType type, Bytes record) {
    switch (type) {
        case LinkType::ethernet: return Framing{.complete = true};
        case LinkType::raw:
        case LinkType::raw_dlt:
        case LinkType::raw_openbsd: return raw_ip(type, record);
        case LinkType::ipv4: return Framing{.type_or_length = ethertype::ipv4};
        case LinkType::ipv6: return Framing{.type_or_length = ethertype::ipv6};
        case LinkType::null_link:
        case LinkType::loop: return loopback(type, record);
        case LinkType::ppp:
        case LinkType::ppp_hdlc: return ppp(type, record);
        case LinkType::ppp_ether: return ppp_ether(type, record);
        case LinkType::linux_sll: return cooked(type, sll, record);
        case LinkType::linux_sll2: return cooked(type, sll2, record);
    }
    return std::unexpected(FramingError{FramingError::Kind::link_type, type});
}

std::uint32_t write_ethernet(const Framing& framing, Bytes record, const Mac& source, const Mac& destination,
                             MutableBytes out) {
    const std::size_t header = framing.complete ? 0 : ethernet_header;
    const Bytes payload = record.subspan(framing.skip);
    if (out.size() < header + payload.size()) return 0;
    if (!framing.complete) {
        destination.store(out.data());
        source.store(out.data() + 6);
        store_be16(out.data() + 12, framing.type_or_length);
    }
    if (!payload.empty()) std::memcpy(out.data() + header, payload.data(), payload.size());
    return static_cast<std::uint32_t>(header + payload.size());
}

}  // namespace gatehouse::io

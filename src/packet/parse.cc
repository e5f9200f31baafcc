#include "packet/parse.h"

#include <array>

#include "base/checksum.h"
#include "packet/headers.h"
#include "packet/parse_plain.h"
#include "packet/reason.h"
#include "wire/ipv4.h"
#include "wire/protocol.h"

namespace gatehouse {

using parse_detail::fill;
using parse_detail::parse_plain_ipv4;

namespace {

constexpr std::uint32_t ethernet_header = parse_detail::ethernet_header;

namespace ethertype = wire::ethertype;
namespace protocol = wire::protocol;

constexpr std::uint32_t vlan_tag = 4;

// The fixed part of each transport header that the flat view tells of; 0 for protocols without one.
constexpr std::size_t fixed_part(std::uint8_t number, Family family) {
    switch (number) {
        case protocol::tcp: return 20;
        case protocol::udp:
        case protocol::udplite: return 8;
        case protocol::sctp:
        case protocol::dccp: return 12;
        case protocol::icmp: return is_v4(family) ? 8 : 0;
        case protocol::icmpv6: return is_v4(family) ? 0 : 8;
        default: return 0;
    }
}

Finding as_finding(const wire::Fault& fault) {
    switch (fault.kind) {
        case wire::FaultKind::bad_version: return {Reason::ip_bad_version, {fault.first}};
        case wire::FaultKind::bad_header: return {Reason::ip_bad_header_length, {fault.first}};
        case wire::FaultKind::bad_length: return {Reason::ip_bad_total_length, {fault.first, fault.second}};
        default: return {Reason::ip_header_truncated, {fault.first, fault.second}};
    }
}

// Any IPv4 packet: with options, or with a fault to be named.
[[gnu::noinline]] Finding parse_ipv4(Packet& packet) {
    packet.flat = Flat{.l3 = packet.flat.l3};
    const Bytes bytes = packet.bytes().subspan(packet.flat.l3);
    const auto ip = wire::Ipv4View::parse(bytes);
    if (!ip) return as_finding(ip.error());
    if (!ip->checksum_ok()) return {Reason::ip_bad_checksum, {ip->checksum(), ip->right_checksum()}};
    fill(packet, bytes.data(), static_cast<std::uint32_t>(ip->header_length()));
    return {};
}

// The common IPv6 packet: TCP, UDP or ICMPv6 straight behind the fixed header, nothing wrong with it, and
// addresses that need no second look. False leaves it to parse_ipv6().
inline bool parse_plain_ipv6(Packet& packet, std::uint32_t l3) {
    constexpr std::uint32_t header = 40;
    const std::uint8_t* const at = packet.data + l3;
    if (packet.length < l3 + header || at[0] >> 4 != 6) return false;
    const std::uint32_t there = load_be16(at + 4);
    const std::uint8_t number = at[6];
    const bool tcp = number == protocol::tcp;
    if (!tcp && number != protocol::udp && number != protocol::icmpv6) return false;
    if (there < (tcp ? 20u : 8u) || there > packet.length - l3 - header) return false;
    // The loopback address begins with a zero, a multicast address with 0xff: neither does here.
    if (at[8] == 0 || at[8] == 0xff || at[24] == 0 || at[24] == 0xff) return false;
    Flat& flat = packet.flat;
    flat.source = Address::load(at + 8, Family::ipv6);
    flat.destination = Address::load(at + 24, Family::ipv6);
    flat.family = Family::ipv6;
    flat.protocol = number;
    flat.tos = static_cast<std::uint8_t>(load_be16(at) >> 4);
    flat.ttl = at[7];
    flat.transport = Transport::whole;
    flat.tcp_flags = tcp ? at[header + 13] : 0;
    flat.fragmented = false;
    flat.fragment_offset = 0;
    flat.l3 = static_cast<std::uint16_t>(l3);
    flat.l4 = static_cast<std::uint16_t>(l3 + header);
    flat.l3_length = static_cast<std::uint16_t>(header + there);
    const bool types = number == protocol::icmpv6;
    flat.sport = types ? at[header] : load_be16(at + header);
    flat.dport = types ? at[header + 1] : load_be16(at + header + 2);
    flat.network = true;
    return true;
}

Finding parse_version(Packet& packet, std::uint16_t type) {
    if (type == ethertype::ipv4) return parse_ipv4(packet);
    return parse_detail::parse_ipv6(packet);
}

bool is_vlan(std::uint16_t type) { return type == ethertype::vlan || type == ethertype::service_vlan; }

// Any frame: tagged, not IPv4, or with a fault to be named.
[[gnu::noinline]] Parsed parse_any_frame(Packet& packet) {
    packet.flat = Flat{};
    if (packet.length < ethernet_header) {
        return {.finding = {Reason::frame_too_short, {packet.length, ethernet_header}}};
    }
    std::uint32_t at = ethernet_header;
    std::uint16_t type = load_be16(packet.data + 12);
    while (is_vlan(type)) {
        if (packet.length < at + vlan_tag) {
            return {.finding = {Reason::frame_too_short, {packet.length, at + vlan_tag}}, .ethertype = type};
        }
        const std::uint16_t control = load_be16(packet.data + at);
        if (packet.vlan_count == std::size(packet.vlan)) {
            return {.finding = {Reason::vlan_without_device, {control & 0xfffu}}, .ethertype = type};
        }
        packet.vlan[packet.vlan_count++] = {.protocol = type, .control = control};
        type = load_be16(packet.data + at + 2);
        at += vlan_tag;
    }
    packet.flat.l3 = static_cast<std::uint16_t>(at);
    if (type < ethertype::first) return {.ethertype = 0};
    if (type != ethertype::ipv4 && type != ethertype::ipv6) return {.ethertype = type};
    const bool plain = type == ethertype::ipv4 ? parse_plain_ipv4(packet, at) : parse_plain_ipv6(packet, at);
    if (plain) return {.ethertype = type};
    return {.finding = parse_version(packet, type), .ethertype = type};
}

}  // namespace

void parse_detail::look_at_transport(Flat& flat, const std::uint8_t* at, std::size_t there) {
    const std::size_t needed = fixed_part(flat.protocol, flat.family);
    const bool types = protocol::is_icmp(flat.protocol);
    flat.sport = flat.dport = 0;
    flat.tcp_flags = 0;
    if (flat.fragment_offset != 0) {
        flat.transport = Transport::fragment;
        return;
    }
    if (needed == 0) {
        // A chain of extension headers that breaks off hides a transport header of which nothing is there.
        const bool broken = !is_v4(flat.family) && wire::is_skipped_extension(flat.protocol);
        flat.transport = broken ? Transport::truncated : Transport::none;
        return;
    }
    flat.transport = there >= needed ? Transport::whole : Transport::truncated;
    if (types && there >= 2) {
        flat.sport = at[0];
        flat.dport = at[1];
    } else if (!types && there >= 4) {
        flat.sport = load_be16(at);
        flat.dport = load_be16(at + 2);
    }
    if (flat.protocol == protocol::tcp && there >= 20) flat.tcp_flags = at[13];
}

Parsed parse_frame(Packet& packet) {
    if (parse_plain_frame(packet)) return {.ethertype = ethertype::ipv4};
    if (packet.length >= ethernet_header && load_be16(packet.data + 12) == ethertype::ipv6 &&
        parse_plain_ipv6(packet, ethernet_header)) {
        return {.ethertype = ethertype::ipv6};
    }
    return parse_any_frame(packet);
}

Finding parse_network(Packet& packet) {
    const std::uint32_t l3 = packet.flat.l3;
    if (parse_plain_ipv4(packet, l3)) [[likely]]
        return {};
    if (packet.length <= l3) {
        packet.flat = Flat{.l3 = static_cast<std::uint16_t>(l3)};
        return {Reason::ip_header_truncated, {0, wire::Ipv4View::minimum}};
    }
    const unsigned version = packet.data[l3] >> 4;
    if (version == 6) {
        return parse_plain_ipv6(packet, l3) ? Finding{} : parse_detail::parse_ipv6(packet);
    }
    return parse_ipv4(packet);
}

}  // namespace gatehouse

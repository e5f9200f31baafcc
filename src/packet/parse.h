// Reads a frame's headers into Packet::flat, once.
#pragma once
#include "packet/packet.h"

namespace gatehouse {

// Reads an Ethernet frame. VLAN tags are moved out of the frame's way: recorded in Packet::vlan, flat.l3 past
// them. An ARP, 802.3 or other frame leaves flat.network false and gives `ethertype`. An IP packet is checked
// as ip_rcv() and ip6_rcv() of Linux check it (version, header length, header checksum, total length,
// hop-by-hop options, addresses that may not come over a wire); link padding past its total length is left
// out of flat.l3_length. The transport header is looked at, never judged: see Flat::transport. Call it once a
// frame: VLAN tags are added to those that the device took off.
struct Parsed {
    Finding finding{};            // why the frame can't be taken; Reason::none if it can
    std::uint16_t ethertype = 0;  // past the VLAN tags; 0: an 802.3 length
};
Parsed parse_frame(Packet& packet);

// The same from the network header on, at `packet.data + packet.flat.l3`; the version nibble says which
// family. The flat view is there also for an IPv6 packet refused for its addresses or hop-by-hop options. A
// packet that the router made, or that came over the loopback, may have any addresses.
Finding parse_network(Packet& packet);

// The third number of Reason::ip6_bad_hop_option and Reason::ip6_bad_destination_option: the ICMPv6 parameter
// problem that Linux answers with, its pointer being the second number.
enum class OptionAnswer : std::uint32_t { none, bad_header_field, unknown_option };

// What the host that a packet is for makes of the destination options header at `offset` of the IPv6 packet,
// which holds all of it (RFC 8200, 4.6): nothing, or ip6_bad_destination_option.
Finding judge_destination_options(const Packet& packet, std::uint32_t offset);

}  // namespace gatehouse

// The numbers of the protocols: ethertypes, IP protocols, ICMP types and codes, flags and option kinds.
//
// Plain integers, as headers and the flat view hold them. Names follow the IANA registries.
#pragma once
#include <cstdint>

namespace gatehouse::wire {

namespace ethertype {
constexpr std::uint16_t ipv4 = 0x0800;
constexpr std::uint16_t arp = 0x0806;
constexpr std::uint16_t vlan = 0x8100;  // 802.1Q, the customer's tag
constexpr std::uint16_t ipv6 = 0x86dd;
constexpr std::uint16_t ppp = 0x880b;
constexpr std::uint16_t mpls = 0x8847;
constexpr std::uint16_t pppoe_discovery = 0x8863;
constexpr std::uint16_t pppoe_session = 0x8864;
constexpr std::uint16_t service_vlan = 0x88a8;          // 802.1ad, the provider's tag
constexpr std::uint16_t transparent_ethernet = 0x6558;  // Ethernet in GRE
constexpr std::uint16_t first = 0x0600;                 // below: an 802.3 length
}  // namespace ethertype

// IP protocols, IPv6 extension headers among them.
namespace protocol {
constexpr std::uint8_t hop_by_hop = 0;
constexpr std::uint8_t icmp = 1;
constexpr std::uint8_t igmp = 2;
constexpr std::uint8_t ipip = 4;
constexpr std::uint8_t tcp = 6;
constexpr std::uint8_t udp = 17;
constexpr std::uint8_t dccp = 33;
constexpr std::uint8_t ipv6 = 41;
constexpr std::uint8_t routing = 43;
constexpr std::uint8_t fragment = 44;
constexpr std::uint8_t gre = 47;
constexpr std::uint8_t esp = 50;
constexpr std::uint8_t ah = 51;
constexpr std::uint8_t icmpv6 = 58;
constexpr std::uint8_t none = 59;
constexpr std::uint8_t destination_options = 60;
constexpr std::uint8_t pim = 103;
constexpr std::uint8_t vrrp = 112;
constexpr std::uint8_t sctp = 132;
constexpr std::uint8_t mobility = 135;
constexpr std::uint8_t udplite = 136;

// ICMP or ICMPv6.
constexpr bool is_icmp(std::uint8_t number) { return number == icmp || number == icmpv6; }
}  // namespace protocol

// Whether Linux reads past a header of this number when it looks for an IPv6 packet's transport header.
// "No next header" ends a packet and isn't one of them.
constexpr bool is_skipped_extension(std::uint8_t number) {
    return number == protocol::hop_by_hop || number == protocol::routing || number == protocol::fragment ||
           number == protocol::ah || number == protocol::destination_options;
}

namespace tcp_flag {
constexpr std::uint8_t fin = 0x01;
constexpr std::uint8_t syn = 0x02;
constexpr std::uint8_t rst = 0x04;
constexpr std::uint8_t psh = 0x08;
constexpr std::uint8_t ack = 0x10;
constexpr std::uint8_t urg = 0x20;
constexpr std::uint8_t ece = 0x40;
constexpr std::uint8_t cwr = 0x80;
}  // namespace tcp_flag

namespace tcp_option {
constexpr std::uint8_t end = 0;
constexpr std::uint8_t nop = 1;
constexpr std::uint8_t mss = 2;
constexpr std::uint8_t window_scale = 3;
constexpr std::uint8_t sack_permitted = 4;
constexpr std::uint8_t sack = 5;
constexpr std::uint8_t timestamps = 8;
constexpr std::uint8_t md5 = 19;             // RFC 2385
constexpr std::uint8_t authentication = 29;  // RFC 5925
}  // namespace tcp_option

// RFC 791, RFC 2113.
namespace ipv4_option {
constexpr std::uint8_t end = 0;
constexpr std::uint8_t nop = 1;
constexpr std::uint8_t record_route = 7;
constexpr std::uint8_t timestamp = 68;
constexpr std::uint8_t loose_source_route = 131;
constexpr std::uint8_t cipso = 134;  // FIPS 188
constexpr std::uint8_t strict_source_route = 137;
constexpr std::uint8_t router_alert = 148;
}  // namespace ipv4_option

// Options of the hop-by-hop and destination options headers.
namespace ipv6_option {
constexpr std::uint8_t pad1 = 0;
constexpr std::uint8_t padn = 1;
constexpr std::uint8_t router_alert = 5;
constexpr std::uint8_t calipso = 7;
constexpr std::uint8_t ioam = 0x31;
constexpr std::uint8_t jumbo = 0xc2;
constexpr std::uint8_t home_address = 0xc9;
}  // namespace ipv6_option

// RFC 792 and its successors.
namespace icmp {
constexpr std::uint8_t echo_reply = 0;
constexpr std::uint8_t unreachable = 3;
constexpr std::uint8_t source_quench = 4;
constexpr std::uint8_t redirect = 5;
constexpr std::uint8_t echo_request = 8;
constexpr std::uint8_t router_advertisement = 9;
constexpr std::uint8_t router_solicitation = 10;
constexpr std::uint8_t time_exceeded = 11;
constexpr std::uint8_t parameter_problem = 12;
constexpr std::uint8_t timestamp_request = 13;
constexpr std::uint8_t timestamp_reply = 14;
constexpr std::uint8_t information_request = 15;
constexpr std::uint8_t information_reply = 16;
constexpr std::uint8_t address_mask_request = 17;
constexpr std::uint8_t address_mask_reply = 18;

// Codes of `unreachable`.
constexpr std::uint8_t net_unreachable = 0;
constexpr std::uint8_t host_unreachable = 1;
constexpr std::uint8_t protocol_unreachable = 2;
constexpr std::uint8_t port_unreachable = 3;
constexpr std::uint8_t fragmentation_needed = 4;
constexpr std::uint8_t source_route_failed = 5;
constexpr std::uint8_t net_unknown = 6;
constexpr std::uint8_t host_unknown = 7;
constexpr std::uint8_t host_isolated = 8;
constexpr std::uint8_t net_prohibited = 9;
constexpr std::uint8_t host_prohibited = 10;
constexpr std::uint8_t net_unreachable_for_tos = 11;
constexpr std::uint8_t host_unreachable_for_tos = 12;
constexpr std::uint8_t admin_prohibited = 13;
constexpr std::uint8_t precedence_violation = 14;
constexpr std::uint8_t precedence_cutoff = 15;

// Codes of `redirect`.
constexpr std::uint8_t redirect_net = 0;
constexpr std::uint8_t redirect_host = 1;
constexpr std::uint8_t redirect_tos_net = 2;
constexpr std::uint8_t redirect_tos_host = 3;

// Codes of `time_exceeded`.
constexpr std::uint8_t ttl_exceeded = 0;
constexpr std::uint8_t reassembly_exceeded = 1;

// Codes of `parameter_problem`.
constexpr std::uint8_t pointer_problem = 0;
constexpr std::uint8_t missing_option = 1;
constexpr std::uint8_t bad_length = 2;

// An error, which embeds the packet that caused it; never answered by another (RFC 1122, 3.2.2).
constexpr bool is_error(std::uint8_t type) {
    return type == unreachable || type == source_quench || type == redirect || type == time_exceeded ||
           type == parameter_problem;
}
}  // namespace icmp

// RFC 4443, RFC 4861.
namespace icmpv6 {
constexpr std::uint8_t unreachable = 1;
constexpr std::uint8_t packet_too_big = 2;
constexpr std::uint8_t time_exceeded = 3;
constexpr std::uint8_t parameter_problem = 4;
constexpr std::uint8_t echo_request = 128;
constexpr std::uint8_t echo_reply = 129;
constexpr std::uint8_t listener_query = 130;
constexpr std::uint8_t listener_report = 131;
constexpr std::uint8_t listener_done = 132;
constexpr std::uint8_t router_solicitation = 133;
constexpr std::uint8_t router_advertisement = 134;
constexpr std::uint8_t neighbour_solicitation = 135;
constexpr std::uint8_t neighbour_advertisement = 136;
constexpr std::uint8_t redirect = 137;
constexpr std::uint8_t listener_report_v2 = 143;

// Codes of `unreachable`.
constexpr std::uint8_t no_route = 0;
constexpr std::uint8_t admin_prohibited = 1;
constexpr std::uint8_t beyond_scope = 2;
constexpr std::uint8_t address_unreachable = 3;
constexpr std::uint8_t port_unreachable = 4;
constexpr std::uint8_t policy_fail = 5;
constexpr std::uint8_t reject_route = 6;

// Codes of `time_exceeded`.
constexpr std::uint8_t hop_limit_exceeded = 0;
constexpr std::uint8_t reassembly_exceeded = 1;

// Codes of `parameter_problem`.
constexpr std::uint8_t bad_header_field = 0;
constexpr std::uint8_t unknown_next_header = 1;
constexpr std::uint8_t unknown_option = 2;

// Errors are the types below 128 (RFC 4443, 2.1).
constexpr bool is_error(std::uint8_t type) { return type < 128; }
}  // namespace icmpv6

// Options of Neighbour Discovery (RFC 4861, 4.6).
namespace nd_option {
constexpr std::uint8_t source_link_address = 1;
constexpr std::uint8_t target_link_address = 2;
constexpr std::uint8_t prefix_information = 3;
constexpr std::uint8_t redirected_header = 4;
constexpr std::uint8_t mtu = 5;
constexpr std::uint8_t rdnss = 25;
}  // namespace nd_option

}  // namespace gatehouse::wire

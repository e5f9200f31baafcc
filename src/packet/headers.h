// What parse.cc and parse_ipv6.cc share; nobody else's.
#pragma once
#include "packet/packet.h"

namespace gatehouse::parse_detail {

// Looks at the transport header that begins at `at`, of which `there` bytes are left in the packet: sets
// flat.transport, sport, dport and tcp_flags. flat.family, protocol and fragment_offset are set already.
void look_at_transport(Flat& flat, const std::uint8_t* at, std::size_t there);

// Reads the IPv6 packet at packet.data + packet.flat.l3.
Finding parse_ipv6(Packet& packet);

}  // namespace gatehouse::parse_detail

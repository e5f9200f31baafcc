// The headers of a packet, read once: what selectors, routing and tracking ask for, in host order.
#pragma once
#include <cstdint>

#include "wire/address.h"
#include "wire/protocol.h"

namespace gatehouse {

// How much of the transport header there is to look at.
enum class Transport : std::uint8_t {
    none,   // the protocol has no ports or types that we know
    whole,  // `sport` and `dport` (or type and code) are there
    // The packet ends inside the transport header's fixed part. Ports, or type and code, are set if they are
    // there, else zero. Of an IPv6 packet whose extension headers break off, `protocol` is that of the header
    // at which they do: extensions_broken().
    truncated,
    fragment,  // a fragment other than the first
};

// Flat::protocol of an IPv6 packet whose extension headers end before they name a transport. (255 is
// reserved.)
constexpr std::uint8_t unknown_protocol = 255;

struct Flat {
    Address source{};
    Address destination{};
    Family family = Family::ipv4;
    std::uint8_t protocol = 0;  // the transport protocol, past every IPv6 extension header
    std::uint8_t tos = 0;       // the whole TOS or traffic class octet
    std::uint8_t ttl = 0;       // or hop limit
    Transport transport = Transport::none;
    std::uint8_t tcp_flags = 0;
    bool fragmented = false;            // a fragment: more follow, or the offset isn't zero
    std::uint16_t fragment_offset = 0;  // in units of eight bytes
    std::uint16_t l3 = 0;               // offset of the network header, from Packet::data
    std::uint16_t l4 = 0;               // offset of the transport header
    std::uint16_t l3_length = 0;        // total length of the network packet, its header included
    std::uint16_t sport = 0;            // source port; ICMP and ICMPv6: type
    std::uint16_t dport = 0;            // destination port; ICMP and ICMPv6: code
    bool network = false;               // an IP packet: the fields above are set

    // The chain of IPv6 extension headers can't be followed to a transport protocol, where Linux's rules that
    // name a protocol drop the packet outright.
    bool extensions_broken() const { return !is_v4(family) && wire::is_skipped_extension(protocol); }
};

}  // namespace gatehouse

// Where a packet's transport checksum is, what it covers, and what it should be.
//
// One place knows that of every protocol; edit.h stands on it. Any thread, its own packet.
#pragma once
#include <optional>

#include "packet/packet.h"

namespace gatehouse::transport_sum {

// How a protocol sums: an Internet checksum at `field` of its header, over the pseudo-header too or not.
struct Kind {
    std::uint16_t field = 0;    // offset from the transport header
    bool pseudo = false;        // the pseudo-header counts (RFC 9293, 3.1; RFC 8200, 8.1)
    bool zero_is_none = false;  // zero says that nobody summed (RFC 768); a sum of zero is sent as 0xffff
};
// Nothing for SCTP (its CRC32c is apart), for protocols without one, and unless the transport header is
// whole.
inline std::optional<Kind> kind_of(const Packet& packet) {
    namespace protocol = wire::protocol;
    if (packet.flat.transport != Transport::whole) return {};
    switch (packet.flat.protocol) {
        case protocol::tcp: return Kind{.field = 16, .pseudo = true};
        case protocol::udp:
        case protocol::udplite: return Kind{.field = 6, .pseudo = true, .zero_is_none = true};
        case protocol::dccp: return Kind{.field = 6, .pseudo = true};
        case protocol::icmp: return Kind{.field = 2};
        case protocol::icmpv6: return Kind{.field = 2, .pseudo = true};
        default: return {};
    }
}

inline bool has_crc(const Packet& packet) {
    return packet.flat.protocol == wire::protocol::sctp && packet.flat.transport == Transport::whole;
}

// Of a packet whose transport header is whole (the functions from here on ask for that): the bytes that the
// checksum covers, from the transport header: all to the packet's end; as many as UDP's
// length says; UDP-Lite's and DCCP's coverage. A length or coverage that can't be gives nothing.
std::optional<std::size_t> covered(const Packet& packet);
// The length that the pseudo-header has.
std::size_t pseudo_length(const Packet& packet);

// The unfolded sum of the pseudo-header; of one with this protocol number and length.
std::uint64_t pseudo_sum(const Packet& packet);
std::uint64_t pseudo_sum(const Flat& flat, std::uint8_t number, std::size_t length);
// What the field should hold, whatever it holds; a length or coverage that can't be counts as the whole.
std::uint16_t right(const Packet& packet, const Kind& kind);

// What the fields of an IPv6 header that rules can change, traffic class and hop limit, give to a sum over
// it; never 0.
inline std::uint16_t changing_header6(const Packet& packet) {
    return static_cast<std::uint16_t>(1 + (packet.flat.tos << 4) + packet.flat.ttl);
}

}  // namespace gatehouse::transport_sum

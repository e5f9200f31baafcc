// Reads tuples out of packets, and the packets that ICMP errors quote.
#pragma once
#include <optional>

#include "packet/packet.h"
#include "track/tuple.h"
#include "wire/protocol.h"

namespace gatehouse::track {

// What a packet is known by, or why it can't be told: a later fragment, IPv6 extension headers that lead
// nowhere, a transport header cut before its ports. The packet has been parsed.
struct TupleOf {
    Tuple tuple{};
    Finding finding{};
};
namespace tuple_detail {
TupleOf read(const Packet& packet);
}
inline TupleOf tuple_of(const Packet& packet) {
    const Flat& flat = packet.flat;
    const bool ports = flat.protocol == wire::protocol::tcp || flat.protocol == wire::protocol::udp;
    if (!ports || flat.transport != Transport::whole) [[unlikely]]
        return tuple_detail::read(packet);
    return {.tuple = {.source = flat.source,
                      .destination = flat.destination,
                      .ends = {flat.sport, flat.dport},
                      .family = flat.family,
                      .protocol = flat.protocol}};
}

// The same for a packet quoted by an ICMP error, of which only the beginning may be there. Without a tuple
// (a quote too short, a fragment other than the first): nothing.
std::optional<Tuple> quoted_tuple(Bytes network, Family family);

// The tuple of the packets that answer. Nothing for an ICMP message that isn't a query or an answer.
std::optional<Tuple> inverse(const Tuple& tuple);

// Whether entries of this protocol are told apart by ports.
bool has_ports(std::uint8_t protocol);

}  // namespace gatehouse::track

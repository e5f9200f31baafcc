// Packets made ones of the other family (RFC 7915): headers, checksums, and the packets that ICMP errors
// quote.
//
// Options and extension headers aren't carried over. What is translated is a TCP or UDP packet, or an ICMP
// message that the other family has, too; checksums are kept incrementally, so that a wrong one stays wrong,
// but for UDP's over IPv4 that nobody made, which IPv6 must have. The hop is taken where packets are
// forwarded, not here. Pure but for the packet; any thread.
#pragma once
#include "nat/icmp_across.h"
#include "packet/packet.h"
#include "track/tuple.h"

namespace gatehouse::nat {

// Why the packet can't be made one of the other family (3.1, 4.1 and 5.1 of the RFC): it goes by a route that
// its sender chose, and hasn't come to that route's end, or it is authenticated. Nothing if it can.
Finding unfit_to_cross(const Packet& packet);

// The packet, which isn't an ICMP error, as one with the addresses and ports of `as`, of the other family.
// `id`: that of an IPv4 packet which routers may cut. The flat view is that of the new packet. An error (it
// grows beyond its buffer, or its addresses aren't ones) leaves a packet that is to be dropped.
Finding cross(Packet& packet, const track::Tuple& as, std::uint16_t id);

// How an ICMP error is to look on the other side.
struct ErrorAcross {
    Address source{};       // who sends it
    track::Tuple quoted{};  // whose packet it is about, as that was sent: it goes to the source
    LinkMtus links{};
    std::uint16_t id = 0;  // as above
};
Finding cross_error(Packet& packet, const ErrorAcross& as);

// Whether what is now an IPv6 packet came as an IPv4 packet that routers might have cut, when its frame `was`
// that: it leaves in pieces of IPv6's least MTU rather than be refused (4.1).
bool may_be_cut4(const Packet& packet);

}  // namespace gatehouse::nat

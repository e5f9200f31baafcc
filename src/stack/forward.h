// What a router does to a packet that it passes on, before FORWARD sees it; and what it tells the sender when
// it can't.
#pragma once
#include <cstdint>

#include "hook/context.h"
#include "hook/interfaces.h"
#include "packet/edit.h"
#include "route/router.h"
#include "stack/icmp_limit.h"

namespace gatehouse::stack {

// The largest network packet that may leave by this route.
inline std::uint32_t path_mtu(const route::Decision& route, const Interface& out) {
    const std::uint32_t mtu = route.nexthop == nullptr ? 0 : route.nexthop->mtu;
    return mtu == 0 || mtu > out.mtu ? out.mtu : mtu;
}

// The common case of prepare_forward(): false leaves the packet to that. Its source is_ordinary() for sure.
[[gnu::always_inline]] inline bool forward_plainly(const Context& context, std::uint32_t mtu) {
    Packet& packet = context.packet;
    const Flat& flat = packet.flat;
    if (packet.type != PacketType::host || flat.ttl <= 1 || flat.l3_length > mtu) return false;
    edit::take_hop(packet);
    return true;
}

// TTL or hop limit, size and scope, in the order of Linux's ip_forward() and ip6_forward(): takes one from
// the TTL, or says why the packet stays here, having queued the ICMP error that its sender is owed.
// `largest_fragment`: of a packet that was put together from fragments and will leave in fragments, how long
// the largest was; else 0.
Finding prepare_forward(Context& context, std::uint32_t mtu, std::uint32_t largest_fragment);

// Whether the packet was refused before it had a route, for its addresses, rather than for want of one: then
// nobody looks at its options.
bool refused_outright(const route::Decision& route);

// Tells the sender of a packet for which there is no route, as its decision says.
void answer_unroutable(Context& context, const route::Decision& route);

// Tells the sender of an IPv6 packet with a hop-by-hop option that asks for it (RFC 8200, 4.2).
void answer_unparsable(Context& context, const Finding& finding);

// Whether a packet of ours may go out now: ICMP errors are limited, everything else isn't.
bool within_rate(const Packet& packet, const route::Decision& route, IcmpLimit& limit,
                 const Tunables& tunables, Time now);

}  // namespace gatehouse::stack

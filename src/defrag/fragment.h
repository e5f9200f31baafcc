// Fragmentation of IPv4 packets on the way out (RFC 791, section 2.3), as Linux cuts them.
#pragma once
#include <functional>

#include "packet/packet.h"

namespace gatehouse::defrag {

// Cuts a framed packet (link header at Packet::data, ready to leave) into fragments of at most `mtu` bytes of
// network packet, and hands each to `leave`, in order, with a copy of the link header. `make` gives a packet
// with that many bytes of frame, or nullptr. Options are copied as their copied flag says. False, with
// nothing handed over, if the packet may not be cut (it says so, it is IPv6, or the mtu leaves no room for
// data).
bool fragment(const Packet& packet, std::uint32_t mtu, const std::function<Packet*(std::uint32_t)>& make,
              const std::function<void(Packet&)>& leave);

}  // namespace gatehouse::defrag

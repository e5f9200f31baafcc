// Fragmentation on the way out (RFC 791, 2.3; RFC 8200, 4.5), as Linux cuts packets.
#pragma once
#include <functional>

#include "defrag/whole.h"
#include "packet/packet.h"

namespace gatehouse::defrag {

struct Cut {
    std::uint32_t mtu = 0;  // bytes of network packet
    std::uint32_t id = 0;   // IPv6: the datagram's
    // Set if the packet was put together here: the pieces get the sizes that they had, as long as nobody
    // changed the length; else none is larger than the largest was.
    const Whole* whole = nullptr;
};

// Cuts a framed packet (link header at Packet::data, ready to leave) and hands each fragment to `leave`, in
// order, with a copy of the link header. `make` gives a packet with that many bytes of frame, or nullptr.
// IPv4's options are copied as their copied flag says; IPv6's headers up to the last that routers read stand
// in each. False, with nothing handed over, if the packet may not be cut: an IPv4 packet that says so, unless
// it was put together from fragments that fit; one put together from fragments that don't fit; or if the mtu
// leaves no room for data.
bool fragment(const Packet& packet, const Cut& cut, const std::function<Packet*(std::uint32_t)>& make,
              const std::function<void(Packet&)>& leave);

}  // namespace gatehouse::defrag

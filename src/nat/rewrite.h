// Puts a translated end into a packet's headers.
//
// Pure but for the packet; any thread, its own packet.
#pragma once
#include "nat/manip.h"
#include "packet/packet.h"

namespace gatehouse::nat {

// An address with its port; of ICMP queries the id, of PPTP's GRE the call.
struct End {
    Address address{};
    std::uint16_t port = 0;
    friend constexpr bool operator==(const End&, const End&) = default;
};

// What stands at this end of packets that `back` answers: the address and port that packets back go to, or
// come from.
End end_of(const track::Tuple& back, Manip manip);

// Checksums follow as edit.h keeps them.
void rewrite(Packet& packet, Manip manip, const End& to);

}  // namespace gatehouse::nat

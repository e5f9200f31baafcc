// The router's own ICMP and ICMPv6 errors about a packet: when one may be sent, and what it holds.
#pragma once
#include <cstdint>

#include "hook/context.h"

namespace gatehouse::icmp_error {

// Queues an error about the context's packet, of its family. `info` is the second header word: the next hop's
// MTU, a pointer (IPv4: in the top byte).
//
// Nothing is sent about a packet of which the standards forbid it (RFC 1122, 3.2.2; RFC 1812, 4.3.2.7; RFC
// 4443, 2.4e), as Linux reads them: a later fragment, another error, one not
// sent to this station, one to a broadcast or multicast address, one from an address that isn't a single
// host's.
//
// The source is left unspecified, for the engine to choose by its route, unless the packet was sent to an
// address of ours: then it is that. The engine also applies the rate limits. False if nothing was queued.
bool send(Context& context, std::uint8_t type, std::uint8_t code, std::uint32_t info = 0);

}  // namespace gatehouse::icmp_error

// What a router does with an IPv4 packet's options (RFC 791; RFC 1812, 5.2.4): record route is served, source
// routes are refused as Linux refuses them by default, malformed options are answered. One thread's: the
// engine's.
#pragma once
#include "hook/context.h"
#include "wire/address.h"

namespace gatehouse::stack {

// Looks at the options of a packet that arrived. A reason to drop it, if there is one; where the standards
// ask for it, the sender has been told.
Finding accept_options(Context& context);

// Writes `address`, ours on the way out, where a record-route option has room for it.
void record_route(Packet& packet, const Address& address);

}  // namespace gatehouse::stack

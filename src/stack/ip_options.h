// What a router does with an IPv4 packet's options (RFC 791; RFC 1812, 5.2.4): routes and times are recorded,
// source routes refused as Linux refuses them by default, malformed options answered. One thread's: the
// engine's.
#pragma once
#include "hook/context.h"
#include "route/router.h"

namespace gatehouse::stack {

// Reads the options of a packet that arrived and was routed as `route` says, writes into them what this
// router has to say, and notes them in the context. A reason to drop the packet, if there is one; where the
// standards ask for it, the sender has been told.
Finding accept_options(Context& context, const route::Decision& route);

// FORWARD let the packet pass: writes `address`, ours on the way out, where accept_options() kept room for
// it, and makes the header's checksum right.
void finish_options(Context& context, const Address& address);

}  // namespace gatehouse::stack

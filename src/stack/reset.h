// TCP resets of the router's own (RFC 9293, 3.10.7.1).
#pragma once
#include "hook/context.h"
#include "stack/tunables.h"

namespace gatehouse::stack {

// Queues the reset that a segment for a closed port gets; none for a reset.
void send_reset(Context& context, const Tunables& tunables);

}  // namespace gatehouse::stack

// What the router's own stack does with a packet that INPUT let pass and no program wants: echo, errors,
// resets.
#pragma once
#include "hook/context.h"
#include "stack/tunables.h"

namespace gatehouse::stack {

// Queues the answer that Linux would give (echo reply, neighbour advertisement, TCP reset, port or protocol
// unreachable), if any, and says what became of the packet: local_consumed, no_local_listener,
// ignored_by_stack or what was wrong with it.
Finding answer_local(Context& context, const Tunables& tunables);

}  // namespace gatehouse::stack

// What the router's own stack does with a packet that INPUT let pass and no program wants: echo, errors,
// resets.
#pragma once
#include "hook/context.h"
#include "stack/tunables.h"

namespace gatehouse::stack {

// Queues the answer that Linux would give (echo reply, neighbour advertisement, TCP reset, port or protocol
// unreachable), if any, and says what became of the packet: local_consumed, no_local_listener,
// ignored_by_stack or what was wrong with it.
// `misread_at`, if not 0: where Linux begins to read an IPv6 packet's headers, behind the very header that it
// takes for the first (defrag::Whole::misread_at).
Finding answer_local(Context& context, const Tunables& tunables, std::uint32_t misread_at = 0);

}  // namespace gatehouse::stack

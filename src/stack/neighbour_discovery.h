// Neighbour Discovery (RFC 4861): answers for the router's own IPv6 addresses. Nothing is learned or asked.
#pragma once
#include "hook/context.h"

namespace gatehouse::stack {

// Queues an advertisement for a valid solicitation of an address of the interface it came in by; false if it
// isn't one.
bool answer_solicitation(Context& context);

}  // namespace gatehouse::stack

// ARP (RFC 826): answers for the router's own addresses. Neighbours are static; nothing is learned or asked.
#pragma once
#include "hook/context.h"

namespace gatehouse::stack {

// Queues a reply if the context's packet is a request for an address of ours (any interface's, as Linux's
// arp_ignore=0 has it) from a sender that we would route back over the interface it came in by.
void answer_arp(Context& context);

}  // namespace gatehouse::stack

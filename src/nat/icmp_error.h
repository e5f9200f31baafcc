// ICMP errors about translated connections: the packet that they quote goes back to what its sender sent, and
// the error to him (RFC 5508, section 4).
//
// Pure but for the packet and its finding.
#pragma once
#include "hook/context.h"
#include "nat/manip.h"

namespace gatehouse::nat {

// Translates, at a hook whose part in it is `manip`, an error that goes `direction` in the connection.
// Drops a redirect of a translated connection: it speaks of routes to addresses that are none of the
// receiver's business.
Verdict translate_error(Context& context, const track::Entry& entry, track::Direction direction, Manip manip);

}  // namespace gatehouse::nat

// The packet that an ICMP error quotes, translated in place.
//
// Of the quoted packet often only the beginning is there: what is, follows; a checksum that isn't there needs
// none. Pure but for the bytes.
#pragma once
#include "base/bytes.h"
#include "nat/rewrite.h"

namespace gatehouse::nat {

// Gives the quoted packet `to` for its source or destination. False, and nothing changed, if of a protocol
// with ports (ids, calls) not even eight bytes are there. `network` begins with the quoted IP header; it has
// been read as track::quoted_tuple reads it.
bool rewrite_quote(MutableBytes network, Family family, Manip manip, const End& to);

}  // namespace gatehouse::nat

// What a Linux device says on its own account, whatever the rules: not part of a scenario's result.
#pragma once
#include <span>

#include "base/bytes.h"
#include "wire/address.h"

namespace gatehouse::oracle {

// ARP, IGMP, MLD and neighbour discovery that a device with one of these addresses made itself (its source
// address is one of `own`), behind any VLAN tags. Forwarded frames have such a source, too, but never one of
// these protocols.
bool is_noise(Bytes frame, std::span<const Mac> own);

}  // namespace gatehouse::oracle

#include "wire/icmp.h"

namespace gatehouse::wire {

Checked<IcmpView> IcmpView::parse(Bytes message, Family family) {
    if (message.size() < header) return fault(FaultKind::truncated, message.size(), header);
    return IcmpView(message, family);
}

bool IcmpView::has_id() const {
    if (!is_v4(family_)) return type() == icmpv6::echo_request || type() == icmpv6::echo_reply;
    return type() == icmp::echo_request || type() == icmp::echo_reply ||
           (type() >= icmp::timestamp_request && type() <= icmp::address_mask_reply);
}

}  // namespace gatehouse::wire

// Which ICMP and ICMPv6 messages have an id that tells one asker from another. Pure.
#pragma once
#include <cstdint>

#include "wire/protocol.h"

namespace gatehouse::nat {

// RFC 792, RFC 950, RFC 4443.
constexpr bool has_id(std::uint16_t type, std::uint8_t protocol) {
    if (protocol == wire::protocol::icmpv6)
        return type == wire::icmpv6::echo_request || type == wire::icmpv6::echo_reply;
    return type == wire::icmp::echo_request || type == wire::icmp::echo_reply ||
           (type >= wire::icmp::timestamp_request && type <= wire::icmp::address_mask_reply);
}

}  // namespace gatehouse::nat

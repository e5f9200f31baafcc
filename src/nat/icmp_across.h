// ICMP messages in the words of the other family (RFC 7915, 4.2 and 5.2): types, codes, pointers and MTUs.
//
// Pure; any thread.
#pragma once
#include <cstdint>
#include <optional>

namespace gatehouse::nat {

// A message's first line, and the word of its second that an error fills.
struct IcmpHead {
    std::uint8_t type = 0, code = 0;
    std::uint32_t rest = 0;  // an echo's id and sequence number; an error's pointer, MTU or nothing
    friend constexpr bool operator==(const IcmpHead&, const IcmpHead&) = default;
};

// What an MTU told by an error has to fit, too. 0: not known.
struct LinkMtus {
    std::uint32_t v4 = 0, v6 = 0;
};

// ICMP to ICMPv6; nothing where that has no such message. `quoted_length`: the total length of the IPv4
// packet that an error quotes, for routers that tell no MTU (RFC 1191, 7.1).
std::optional<IcmpHead> icmp_to_v6(const IcmpHead& from, const LinkMtus& links, std::uint32_t quoted_length);
// ICMPv6 to ICMP.
std::optional<IcmpHead> icmp_to_v4(const IcmpHead& from, const LinkMtus& links);

}  // namespace gatehouse::nat

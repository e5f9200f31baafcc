#include "nat/icmp_across.h"

#include <algorithm>
#include <iterator>

#include "wire/protocol.h"

namespace gatehouse::nat {

namespace {

namespace icmp = wire::icmp;
namespace icmpv6 = wire::icmpv6;

constexpr std::uint32_t headers_differ = 20;  // bytes
constexpr std::uint32_t least_mtu6 = 1280;    // RFC 8200, 5
constexpr std::uint8_t nothing = 0xff;

// Where a field of one header stands in the other, by its octet (RFC 7915, figures 3 and 6).
constexpr std::uint8_t pointers_to_v6[] = {
    0, 1, 4, 4, nothing, nothing, nothing, nothing, 7, 6, nothing, nothing, 8, 8, 8, 8, 24, 24, 24, 24};
constexpr std::uint8_t pointers_to_v4[] = {0,  1,  nothing, nothing, 2,  2,  9,  8,  12, 12, 12, 12, 12, 12,
                                           12, 12, 12,      12,      12, 12, 12, 12, 12, 12, 16, 16, 16, 16,
                                           16, 16, 16,      16,      16, 16, 16, 16, 16, 16, 16, 16};

// The greatest plateau below the length that was too much (RFC 1191, 7.1), but for those below IPv6's least.
std::uint32_t plateau_below(std::uint32_t length) {
    constexpr std::uint32_t plateaus[] = {65'535, 32'000, 17'914, 8166, 4352, 2002, 1492};
    const auto* const found = std::ranges::find_if(plateaus, [&](std::uint32_t p) { return p < length; });
    return found == std::end(plateaus) ? least_mtu6 - headers_differ : *found;
}

std::uint32_t least_known(std::uint32_t mtu, std::uint32_t other) {
    return other == 0 ? mtu : std::min(mtu, other);
}

std::optional<IcmpHead> unreachable_to_v6(const IcmpHead& from, const LinkMtus& links,
                                          std::uint32_t quoted_length) {
    constexpr std::uint32_t next_header_at = 6;
    switch (from.code) {
        case icmp::net_unreachable:
        case icmp::host_unreachable:
        case icmp::source_route_failed:
        case icmp::net_unknown:
        case icmp::host_unknown:
        case icmp::host_isolated:
        case icmp::net_unreachable_for_tos:
        case icmp::host_unreachable_for_tos: return IcmpHead{icmpv6::unreachable, icmpv6::no_route, 0};
        case icmp::protocol_unreachable:
            return IcmpHead{icmpv6::parameter_problem, icmpv6::unknown_next_header, next_header_at};
        case icmp::port_unreachable: return IcmpHead{icmpv6::unreachable, icmpv6::port_unreachable, 0};
        case icmp::net_prohibited:
        case icmp::host_prohibited:
        case icmp::admin_prohibited:
        case icmp::precedence_cutoff: return IcmpHead{icmpv6::unreachable, icmpv6::admin_prohibited, 0};
        case icmp::fragmentation_needed: break;
        default: return {};
    }
    const std::uint32_t told = from.rest & 0xffff;
    std::uint32_t mtu = (told != 0 ? told : plateau_below(quoted_length)) + headers_differ;
    mtu = least_known(mtu, links.v6);
    if (links.v4 != 0) mtu = std::min(mtu, links.v4 + headers_differ);
    return IcmpHead{icmpv6::packet_too_big, 0, std::max(mtu, least_mtu6)};
}

std::optional<IcmpHead> problem_to_v6(const IcmpHead& from) {
    const std::uint32_t pointer = from.rest >> 24;
    if (from.code != icmp::pointer_problem && from.code != icmp::bad_length) return {};
    if (pointer >= std::size(pointers_to_v6) || pointers_to_v6[pointer] == nothing) return {};
    return IcmpHead{icmpv6::parameter_problem, icmpv6::bad_header_field, pointers_to_v6[pointer]};
}

std::optional<IcmpHead> unreachable_to_v4(const IcmpHead& from) {
    switch (from.code) {
        case icmpv6::no_route:
        case icmpv6::beyond_scope:
        case icmpv6::address_unreachable: return IcmpHead{icmp::unreachable, icmp::host_unreachable, 0};
        case icmpv6::admin_prohibited: return IcmpHead{icmp::unreachable, icmp::host_prohibited, 0};
        case icmpv6::port_unreachable: return IcmpHead{icmp::unreachable, icmp::port_unreachable, 0};
        default: return {};
    }
}

std::optional<IcmpHead> problem_to_v4(const IcmpHead& from) {
    if (from.code == icmpv6::unknown_next_header)
        return IcmpHead{icmp::unreachable, icmp::protocol_unreachable, 0};
    if (from.code != icmpv6::bad_header_field || from.rest >= std::size(pointers_to_v4)) return {};
    const std::uint32_t pointer = pointers_to_v4[from.rest];
    if (pointer == nothing) return {};
    return IcmpHead{icmp::parameter_problem, icmp::pointer_problem, pointer << 24};
}

}  // namespace

std::optional<IcmpHead> icmp_to_v6(const IcmpHead& from, const LinkMtus& links, std::uint32_t quoted_length) {
    switch (from.type) {
        case icmp::echo_request: return IcmpHead{icmpv6::echo_request, 0, from.rest};
        case icmp::echo_reply: return IcmpHead{icmpv6::echo_reply, 0, from.rest};
        case icmp::unreachable: return unreachable_to_v6(from, links, quoted_length);
        case icmp::time_exceeded: return IcmpHead{icmpv6::time_exceeded, from.code, 0};
        case icmp::parameter_problem: return problem_to_v6(from);
        default: return {};
    }
}

std::optional<IcmpHead> icmp_to_v4(const IcmpHead& from, const LinkMtus& links) {
    switch (from.type) {
        case icmpv6::echo_request: return IcmpHead{icmp::echo_request, 0, from.rest};
        case icmpv6::echo_reply: return IcmpHead{icmp::echo_reply, 0, from.rest};
        case icmpv6::unreachable: return unreachable_to_v4(from);
        case icmpv6::packet_too_big: {
            std::uint32_t mtu = least_known(std::max(from.rest, headers_differ) - headers_differ, links.v4);
            if (links.v6 != 0) mtu = std::min(mtu, links.v6 - headers_differ);
            return IcmpHead{icmp::unreachable, icmp::fragmentation_needed, std::min(mtu, 0xffffu)};
        }
        case icmpv6::time_exceeded: return IcmpHead{icmp::time_exceeded, from.code, 0};
        case icmpv6::parameter_problem: return problem_to_v4(from);
        default: return {};
    }
}

}  // namespace gatehouse::nat

// What routing is made of: route types, scopes, tables, next hops, routes.
//
// Numbers and order are rtnetlink's (linux/rtnetlink.h), so that control planes need no translation.
#pragma once
#include <cstdint>
#include <string_view>

#include "packet/packet.h"
#include "wire/address.h"

namespace gatehouse::route {

enum class RouteType : std::uint8_t {
    unspec,
    unicast,
    local,
    broadcast,
    anycast,
    multicast,
    blackhole,    // dropped in silence
    unreachable,  // answered with "host unreachable"
    prohibit,     // answered with "administratively prohibited"
    throw_,       // the search goes on with the next rule
    nat,
    xresolve,
};
constexpr unsigned route_type_count = 12;
std::string_view name(RouteType type);  // as `ip route` writes it

// How far away a destination is; a larger number is nearer.
enum class Scope : std::uint8_t { universe = 0, site = 200, link = 253, host = 254, nowhere = 255 };

enum class TableId : std::uint32_t { none = 0, default_ = 253, main = 254, local = 255 };

constexpr std::uint32_t no_neighbour_slot = 0xffffffff;

// Where a route leads. For blackhole, unreachable, prohibit and throw there is no interface.
struct Nexthop {
    RouteType type = RouteType::unicast;
    Scope scope = Scope::universe;  // of the destination
    std::uint8_t tos = 0;           // IPv4: only packets with this TOS; 0: any
    bool has_source = false;
    InterfaceId interface = InterfaceId::none;
    bool has_gateway = false;  // otherwise the destination is on the link
    Family gateway_family = Family::ipv4;
    Address gateway{};
    Address source{};       // the preferred source of packets that start here
    std::uint32_t mtu = 0;  // 0: the interface's
    TableId table = TableId::main;
    std::uint32_t metric = 0;                          // the lowest wins among equal prefixes
    std::uint32_t neighbour_slot = no_neighbour_slot;  // Neighbours::slot of the gateway

    friend bool operator==(const Nexthop&, const Nexthop&) = default;
};

struct Route {
    Prefix prefix;
    Nexthop nexthop;
    bool onlink = false;  // take the gateway's word that it is on the interface's link
};

// IPv4's special ranges, as Linux draws them (linux/in.h).
constexpr bool is_loopback4(const Address& a) { return a.words[0] >> 24 == 127; }
constexpr bool is_multicast4(const Address& a) { return a.words[0] >> 28 == 0xe; }
constexpr bool is_local_multicast4(const Address& a) { return a.words[0] >> 8 == 0xe00000; }
constexpr bool is_limited_broadcast(const Address& a) { return a.words[0] == 0xffffffff; }
// Unicast, and neither loopback nor unspecified, beyond doubt: most addresses.
constexpr bool is_ordinary4(const Address& a) {
    const std::uint32_t first = a.words[0] >> 24;
    return first - 1 < 223 && first != 127;
}
// IPv6's (RFC 4291, section 2.4).
constexpr Address loopback6{{0, 0, 0, 1}};
constexpr bool is_multicast6(const Address& a) { return a.words[0] >> 24 == 0xff; }
constexpr bool is_link_local6(const Address& a) { return a.words[0] >> 22 == 0xfe80 >> 6; }
// Unicast, and neither loopback, link-local nor unspecified, beyond doubt: most addresses.
constexpr bool is_ordinary(const Address& a, Family family) {
    const std::uint32_t first = a.words[0] >> 24;
    return is_v4(family) ? is_ordinary4(a) : first - 1 < 0xfd;
}
// The multicast scope (1 interface, 2 link, 5 site, 14 global) of a multicast address.
constexpr unsigned multicast_scope6(const Address& a) { return (a.words[0] >> 16) & 0xf; }

}  // namespace gatehouse::route

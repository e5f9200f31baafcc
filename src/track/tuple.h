// What names a connection: the two ends of one direction, the protocol, and the zone.
#pragma once
#include <compare>
#include <cstdint>

#include "wire/address.h"
#include "wire/protocol.h"

namespace gatehouse::track {

// Which way a packet goes: as the connection's first packet did, or back.
enum class Direction : std::uint8_t { original, reply };
constexpr Direction opposite(Direction d) {
    return d == Direction::original ? Direction::reply : Direction::original;
}
constexpr unsigned index(Direction d) { return static_cast<unsigned>(d); }

// Connections of different zones never meet, though their addresses be the same (CT --zone).
struct Zone {
    std::uint16_t value = 0;
    friend constexpr auto operator<=>(Zone, Zone) = default;
};

// What a protocol tells its connections apart by, beside the addresses. TCP, UDP, UDP-Lite, SCTP, DCCP: the
// ports. ICMP and ICMPv6 queries: the id, and type << 8 | code. GRE: the keys. Other protocols: zero.
struct Ends {
    std::uint16_t source = 0;
    std::uint16_t destination = 0;
    friend constexpr auto operator<=>(const Ends&, const Ends&) = default;
};

// ICMP has a number of its own in each family; every other protocol has one in both.
constexpr std::uint8_t protocol_in(Family family, std::uint8_t protocol) {
    if (protocol != wire::protocol::icmp && protocol != wire::protocol::icmpv6) return protocol;
    return is_v4(family) ? wire::protocol::icmp : wire::protocol::icmpv6;
}

// One direction of a connection. The zone isn't part of it: an entry may have one for each direction.
struct Tuple {
    Address source{}, destination{};
    Ends ends{};
    Family family = Family::ipv4;
    std::uint8_t protocol = 0;

    // Written out: as a default it would leave at the first difference, with a branch for each member.
    friend constexpr bool operator==(const Tuple& a, const Tuple& b) {
        return (int{a.source == b.source} & int{a.destination == b.destination} & int{a.ends == b.ends} &
                int{a.family == b.family} & int{a.protocol == b.protocol}) != 0;
    }
};

}  // namespace gatehouse::track

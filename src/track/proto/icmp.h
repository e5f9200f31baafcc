// ICMP and ICMPv6: queries and their answers, which an id pairs. Errors are the stage's affair: they belong
// to the connection of the packet that they quote.
#pragma once
#include <optional>

#include "packet/packet.h"
#include "track/tracker.h"

namespace gatehouse::track::icmp {

// The type that answers this query, or asked for this answer; nothing for other messages. `protocol` says
// ICMP or ICMPv6.
std::optional<std::uint8_t> counterpart(std::uint8_t type, std::uint8_t protocol);
// Whether a message of this type may open a connection: a query.
bool opens(std::uint8_t type, std::uint8_t protocol);
// Neighbour, router and multicast router discovery and multicast listener messages, which Linux leaves
// untracked.
bool is_never_tracked(std::uint8_t type);

// Why the message isn't fit to be tracked: too short, a type that ICMP doesn't know, a wrong checksum.
Finding unfit(const Packet& packet, bool verify_checksum);

Judgement update(const Question& question);

}  // namespace gatehouse::track::icmp

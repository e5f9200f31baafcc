// Network headers in the form of the other family (RFC 7915, 4.1 and 5.1), of packets and of what errors
// quote.
//
// Pure; any thread.
#pragma once
#include <optional>

#include "base/bytes.h"
#include "track/tuple.h"

namespace gatehouse::nat {

inline constexpr std::uint32_t header4 = 20, header6 = 40;

// What a header says beside its addresses.
struct HeadAcross {
    std::uint8_t protocol = 0, tos = 0, ttl = 0;
    std::uint16_t payload = 0;  // bytes behind the header
    std::uint16_t id = 0;       // IPv4's
    bool dont_fragment = false;
};

struct AsHead {
    std::uint8_t protocol = 0;
    std::size_t payload = 0;
    bool came_in_pieces = false;  // so it may leave in pieces
    std::uint16_t id = 0;         // for an IPv4 header of a packet that may be cut
};
// Of a packet of `family`, the head that it has in the other family. IPv4's routers may cut what IPv6's
// needn't have (packets of at most 1,280 bytes), and what came in pieces.
HeadAcross head_across(Bytes network, Family family, const AsHead& as);

// Writes a header of `family` without options: header4 or header6 bytes.
void put_header(std::uint8_t* to, const HeadAcross& head, Family family, const Address& source,
                const Address& destination);

// Writes into `to` the packet that an error quotes as it is in the other family, with the addresses and ports
// of `as`, and as much of what follows as there is and fits; the checksum of its transport header follows if
// it is there. Returns the length; nothing if the quote is too short to be told.
std::optional<std::size_t> quote_across(Bytes quote, Family family, const track::Tuple& as, MutableBytes to);

}  // namespace gatehouse::nat

// What one fragment says of itself and of the datagram that it is a piece of.
#pragma once
#include <cstdint>
#include <optional>

#include "packet/packet.h"

namespace gatehouse::defrag {

// For whom fragments are put together; each has datagrams of its own, as Linux's "users" have.
enum class Purpose : std::uint8_t { local, tracking_in, tracking_out };

struct Group {
    Purpose purpose{};
    std::uint16_t zone = 0;  // the conntrack zone
    friend bool operator==(const Group&, const Group&) = default;
};

// What makes fragments those of one datagram (RFC 791, 3.2; RFC 8200, 4.5).
struct DatagramKey {
    Address source{}, destination{};
    std::uint32_t id = 0;
    std::uint8_t protocol = 0;                  // IPv4 alone
    InterfaceId interface = InterfaceId::none;  // IPv6, to a link-local address or a group
    Group group{};
    friend bool operator==(const DatagramKey&, const DatagramKey&) = default;
};

struct Piece {
    DatagramKey key{};
    std::uint32_t offset = 0, end = 0;  // of its data in the datagram's
    bool more = false;                  // others follow
    bool dont_fragment = false;
    std::uint16_t header = 0;  // bytes before its data, from the network header
    // IPv6: where the fragment header begins, and where its number stands.
    std::uint16_t fragment_header = 0, named_at = 0;
    std::uint8_t ecn = 0;  // its codepoint as one bit of four
};

// Of an IP packet that came in by `in`. nullopt if it isn't a fragment; an IPv6 packet with a fragment header
// is one even if nothing follows (RFC 6946), unless a jumbogram.
std::optional<Piece> read_piece(const Packet& packet, Group group, InterfaceId in);

// Whether an IPv6 packet ends within its fragment header, so that Linux, which tracks it, drops it.
bool fragment_header_cut(const Packet& packet);

// Whether the first fragment of an IPv6 datagram lacks part of the headers up to the transport's, which it
// must hold (RFC 8200, 4.5).
bool headers_cut(const Packet& first);

}  // namespace gatehouse::defrag

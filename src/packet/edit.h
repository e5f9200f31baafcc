// Changes to a packet. Each keeps the checksums right (incrementally, RFC 1624, whatever ChecksumState says),
// the flat view true, and marks the packet changed.
//
// Under ChecksumState::partial the transport field holds the pseudo-header's sum alone: an edit of an address
// updates it, an edit of the transport header or payload leaves it. A fragment other than the first has no
// transport header; its edits touch the IP header only. A UDP checksum of zero (IPv4) stays zero; one that
// comes out as zero becomes 0xffff (RFC 768). A checksum that was wrong stays wrong; SCTP's CRC32c alone is
// computed anew. What a packet hasn't got (ports, a transport header, a network header's field) isn't set.
// The packet has a flat view with `network` set.
#pragma once
#include "packet/packet.h"

namespace gatehouse::edit {

void set_source(Packet& packet, const Address& to);
void set_destination(Packet& packet, const Address& to);
void set_ttl(Packet& packet, std::uint8_t to);  // hop limit on IPv6
// set_ttl() to one less, which every packet that is passed on pays for. The TTL isn't zero.
[[gnu::always_inline]] inline void take_hop(Packet& packet) {
    std::uint8_t* const l3 = packet.l3();
    const auto to = static_cast<std::uint8_t>(packet.flat.ttl - 1);
    if (is_v4(packet.flat.family)) {
        // What the checksum covers loses 0x0100, and so the checksum gains that (RFC 1141): in whatever order
        // the bytes are read, as long as it is the same for both (RFC 1071, 2 (B)).
        constexpr std::uint32_t one_hop = std::endian::native == std::endian::little ? 0x0001 : 0x0100;
        std::uint16_t was;
        std::memcpy(&was, l3 + 10, 2);
        const std::uint32_t sum = was + one_hop;
        const auto is = static_cast<std::uint16_t>(sum + (sum >= 0xffff));
        std::memcpy(l3 + 10, &is, 2);
        l3[8] = to;
    } else {
        l3[7] = to;
    }
    packet.flat.ttl = to;
    packet.changed = true;
}
void set_tos(Packet& packet, std::uint8_t to);  // the whole octet; traffic class on IPv6
void set_source_port(Packet& packet, std::uint16_t to);
void set_destination_port(Packet& packet, std::uint16_t to);
// A 16-bit word of the transport header at `offset` (even) from flat.l4; not the checksum, a length or a
// coverage.
void set_transport16(Packet& packet, std::uint16_t offset, std::uint16_t to);
// The same for four bytes, at any offset.
void set_transport32(Packet& packet, std::uint16_t offset, std::uint32_t to);
void set_mark(Packet& packet, Mark to);

// Replaces `length` bytes at `offset` of the transport payload by `with`, adjusting the IP and UDP lengths
// and every checksum. False, and nothing changed, if there is no room (Reason::edit_out_of_room), if there is
// no such range in the payload, or if the payload of a fragment would change its length. UDP's payload ends
// where UDP's length says.
bool replace_payload(Packet& packet, std::uint32_t offset, std::uint32_t length, Bytes with);

// Opens or closes a gap of `delta` bytes at byte `offset` of the network packet (from flat.l3), moving the
// shorter side; a gap that opens is zeroed. The flat view follows; lengths and checksums in the headers are
// the caller's. False, and nothing changed, if there is no room or the place isn't in the packet.
bool resize_at(Packet& packet, std::uint32_t offset, std::int32_t delta);
// What follows a resize by zeros behind the transport header's start: the IP header's length, and both
// checksums by as much, so that a wrong one stays wrong.
void count_resize(Packet& packet, std::int32_t delta);

// Recomputes the IPv4 header checksum, the transport checksum, from scratch. A fragment's transport checksum
// is left alone; under ChecksumState::partial the field gets the pseudo-header's sum.
void renew_network_checksum(Packet& packet);
void renew_transport_checksum(Packet& packet);
// Whether the transport checksum is right; true for protocols without one, for a UDP checksum of zero, for
// fragments (nobody can tell), and for ChecksumState::good or partial. A length or coverage that can't be is
// wrong.
bool transport_checksum_ok(const Packet& packet);
// The same, but a fragment is held against its checksum as if it were the whole.
bool transport_sums_up(const Packet& packet);
// Turns ChecksumState::partial into a whole checksum in the frame.
void complete_checksum(Packet& packet);

}  // namespace gatehouse::edit

// Changes to a packet. Each keeps the checksums right (incrementally, RFC 1624, whatever ChecksumState says),
// the flat view true, and marks the packet changed.
//
// Under ChecksumState::partial the transport field holds the pseudo-header's sum alone: an edit of an address
// updates it, an edit of the transport header or payload leaves it. A fragment other than the first has no
// transport header; its edits touch the IP header only. A UDP checksum of zero (IPv4) stays zero; one that
// comes out as zero becomes 0xffff (RFC 768).
#pragma once
#include "packet/packet.h"

namespace gatehouse::edit {

void set_source(Packet& packet, const Address& to);
void set_destination(Packet& packet, const Address& to);
void set_ttl(Packet& packet, std::uint8_t to);  // hop limit on IPv6
void set_tos(Packet& packet, std::uint8_t to);  // the whole octet; traffic class on IPv6
void set_source_port(Packet& packet, std::uint16_t to);
void set_destination_port(Packet& packet, std::uint16_t to);
// A 16-bit word of the transport header at `offset` (even) from flat.l4.
void set_transport16(Packet& packet, std::uint16_t offset, std::uint16_t to);
void set_mark(Packet& packet, Mark to);

// Replaces `length` bytes at `offset` of the transport payload by `with`, adjusting the IP and UDP lengths
// and every checksum. False, and nothing changed, if there is no tailroom (Reason::edit_out_of_room).
bool replace_payload(Packet& packet, std::uint32_t offset, std::uint32_t length, Bytes with);

// Opens or closes a gap of `delta` bytes at byte `offset` of the network packet (from flat.l3), moving the
// shorter side; lengths and checksums are the caller's. False if there is no room.
bool resize_at(Packet& packet, std::uint32_t offset, std::int32_t delta);

// Recomputes the IPv4 header checksum, the transport checksum, from scratch.
void renew_network_checksum(Packet& packet);
void renew_transport_checksum(Packet& packet);
// Whether the transport checksum is right; true for protocols without one and for ChecksumState::good or
// partial.
bool transport_checksum_ok(const Packet& packet);
// Turns ChecksumState::partial into a whole checksum in the frame.
void complete_checksum(Packet& packet);

}  // namespace gatehouse::edit

// A TCP segment as tracking sees it: its numbers in host order, and what its options say of windows and
// selective acknowledgments. A plain value.
#pragma once
#include "packet/packet.h"
#include "track/proto/tcp_state.h"

namespace gatehouse::track::tcp {

struct Segment {
    std::uint32_t seq = 0;
    std::uint32_t end = 0;     // the sequence number behind it: its octets, SYN and FIN counted
    std::uint32_t ack = 0;     // as it stands in the header, the flag set or not
    std::uint32_t sack = 0;    // the right edge of the highest block acknowledged selectively, else `ack`
    std::uint16_t window = 0;  // unscaled
    TcpKind kind = TcpKind::none;
    std::uint8_t flags = 0;  // wire::tcp_flag
    bool has_options = false;
    bool sack_permitted = false;
    bool scales = false;     // the window scale option is there
    std::uint8_t scale = 0;  // at most 14 (RFC 7323, 2.3)

    bool has(std::uint8_t flag) const { return (flags & flag) != 0; }
};

// The kind that flags make: RST before SYN before FIN before ACK.
TcpKind kind_of(std::uint8_t flags);

// Whether a segment of an honest TCP can have these flags, PSH, ECE and CWR aside.
bool flags_fit(std::uint8_t flags);

// Why the segment isn't fit to be tracked: cut short, a wrong checksum, flags that can't stand together.
Finding unfit(const Packet& packet, bool verify_checksum);

// The segment of a packet that is fit. Options are read up to the first that is malformed, as Linux does.
Segment read_segment(const Packet& packet);
// The same from the transport header on; it must hold a whole header.
Segment read_segment(Bytes transport);

}  // namespace gatehouse::track::tcp

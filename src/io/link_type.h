// Link types of captures, by name, and the way from their records to Ethernet frames, which are all that the
// engine takes.
//
// Numbers and layouts: https://www.tcpdump.org/linktypes.html. Free functions without state: any thread.
#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "packet/packet.h"
#include "wire/address.h"

namespace gatehouse::io {

// The LINKTYPE_ number as files have it. Any value may come; those with a name here are understood.
enum class LinkType : std::uint16_t {
    null_link = 0,
    ethernet = 1,
    ppp = 9,
    raw_dlt = 12,      // DLT_RAW written as it was, by some programs
    raw_openbsd = 14,  // the same on OpenBSD
    ppp_hdlc = 50,
    ppp_ether = 51,
    raw = 101,
    loop = 108,
    linux_sll = 113,
    ipv4 = 228,
    ipv6 = 229,
    linux_sll2 = 276,
};

// "LINKTYPE_IEEE802_11 (105)"; "link type 999" if we have no name for it.
std::string name(LinkType type);

// How to make an Ethernet frame of a record's bytes.
struct Framing {
    bool complete = false;  // the record is an Ethernet frame already; nothing is to be put before it
    std::uint16_t type_or_length = 0;           // for the synthesised header: Ethertype, or 802.3 length
    std::uint32_t skip = 0;                     // bytes of the record's own link header
    PacketType packet_type = PacketType::host;  // LINUX_SLL and LINUX_SLL2 say; host if unknown
    bool outgoing = false;                      // the capturing machine sent it (SLL, SLL2)
    std::optional<std::uint32_t> interface_index = {};  // LINUX_SLL2: the capturing machine's number
    std::optional<Mac> sender = {};                     // SLL, SLL2: the sender's address, if it is six bytes

    // Bytes that framing adds to the captured and to the original length; may be negative.
    std::int32_t growth() const { return complete ? 0 : 14 - static_cast<std::int32_t>(skip); }
};

struct FramingError {
    enum class Kind : std::uint8_t {
        link_type,  // no way from this link type to Ethernet
        truncated,  // the record is shorter than its link header: {bytes there, bytes needed}
        protocol,   // the link header names no network protocol: {its number}
    };
    Kind kind{};
    LinkType link_type{};
    std::uint32_t there = 0;   // truncated: bytes there; protocol: the number
    std::uint32_t needed = 0;  // truncated

    std::string text() const;
};

// Whether framing_of() takes any record of this type.
bool convertible(LinkType type);

// Looks at the record's link header. Never allocates.
std::expected<Framing, FramingError> framing_of(LinkType type, Bytes record);

// Writes the record as an Ethernet frame into `out` and tells its length; 0 if `out` is too small. The
// addresses go into a synthesised header; a complete frame keeps its own.
std::uint32_t write_ethernet(const Framing& framing, Bytes record, const Mac& source, const Mac& destination,
                             MutableBytes out);

}  // namespace gatehouse::io

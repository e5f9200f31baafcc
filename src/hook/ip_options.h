// IPv4 options as the router notes them of a packet, and what its own answers carry of them.
//
// Linux writes into options as it reads them, before any table of the router behind PREROUTING sees the
// packet (RFC 791; RFC 1122, 3.2.1.8), and renews the header's checksum only once FORWARD has let the packet
// go. Any thread, its own packet.
#pragma once
#include <array>
#include <cstdint>
#include <optional>

#include "base/time.h"
#include "wire/address.h"

namespace gatehouse {

struct Packet;

// Where the options are that the router has something to do with: offsets from the IP header, 0 if there is
// none.
struct IpOptions {
    std::uint8_t record_route = 0, timestamp = 0, source_route = 0, cipso = 0;
    // The room before the pointer is the router's, to write the address into by which the packet leaves.
    bool record_address = false;
    bool stamp_address = false, stamp_time = false;
    bool changed = false;  // the header's checksum isn't right any more
};

namespace ip_options {

constexpr std::size_t longest = 40;

struct Echo {
    std::array<std::uint8_t, longest> bytes{};
    std::uint8_t size = 0;               // a multiple of four
    IpOptions options{};                 // of the answer
    std::optional<Address> first_hop{};  // of a source route, in the place of the destination
};

// The options of an answer to the packet: what it recorded, with room for the answer's own way back, and its
// source route turned round. Nothing when an option leaves too little room: then Linux sends no answer.
std::optional<Echo> echo(const Packet& packet, const IpOptions& options);

// Writes the fixed header's version and length, and the options behind it. `header`: 20 + echo.size bytes.
void put(const Echo& echo, std::uint8_t* header);

// Of a packet that starts here: its source and the time, where its options have room for them; the header's
// checksum follows.
void record(Packet& packet, const IpOptions& options, const Address& source, Time now);

// Milliseconds since midnight, universal time (RFC 791, Internet Timestamp).
std::uint32_t timestamp(Time now);

}  // namespace ip_options
}  // namespace gatehouse

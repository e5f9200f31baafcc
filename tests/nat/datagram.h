// Packets of the conversations: built whole, and read back with every checksum looked at.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "wire/address.h"

namespace gatehouse::nat_generator {

struct End {
    Address address{};
    std::uint16_t port = 0;  // of ICMP echo the id, at either end
    friend bool operator==(const End&, const End&) = default;
};

struct Datagram {
    Family family{};
    std::uint8_t protocol = 0;
    End from{}, to{};
    std::string payload{};
    std::uint8_t flags = 0;  // TCP
    std::uint32_t sequence = 0, acknowledgment = 0;
    bool answer = false;  // ICMP: an echo reply
};

// An Ethernet frame of it, to this station.
std::vector<std::uint8_t> frame_of(const Datagram& datagram, const Mac& to);
// The same, of UDP, in two fragments of one datagram.
std::vector<std::vector<std::uint8_t>> fragments_of(const Datagram& datagram, const Mac& to,
                                                    std::uint16_t id);
// An ICMP error from `from` to `to`, that a port can't be reached, about `quoted`, an IP packet.
std::vector<std::uint8_t> error_frame(Family family, const Address& from, const Address& to, Bytes quoted,
                                      const Mac& station);

// What a frame holds.
struct Read {
    Datagram datagram{};
    bool sound = false;  // checksums are right, as far as they can be told
    bool fragment = false, first = true;
    std::vector<std::uint8_t> ip{};  // the packet, without padding
    // Of an ICMP error: what it quotes; its checksums but for the IP header's aren't looked at.
    std::vector<Datagram> quoted{};
};
std::optional<Read> read_frame(Bytes frame);
// The datagram of two fragments that left: the first with the second's data behind it, looked at as a whole.
std::optional<Read> put_together(const Read& first, const Read& second);

std::string text_of(const End& end, Family family);

}  // namespace gatehouse::nat_generator

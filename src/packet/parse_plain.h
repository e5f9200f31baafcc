// Reads the common packet, inline: what parse_frame() and parse_network() say of it, for less.
#pragma once
#include "packet/headers.h"
#include "packet/parse.h"
#include "wire/ipv4.h"
#include "wire/protocol.h"

namespace gatehouse {

namespace parse_detail {

constexpr std::uint32_t ethernet_header = 14;
constexpr std::uint16_t fragment_bits = 0x3fff;  // "more fragments" and the offset
constexpr std::uint16_t offset_bits = 0x1fff;

inline std::uint32_t load_native32(const void* at) {
    std::uint32_t v;
    std::memcpy(&v, at, sizeof v);
    return v;
}

// Whether a header of twenty bytes sums to all ones: whether its words, of sixteen bits or of thirty-two and
// in either byte order, add up to a multiple of 0xffff. (Not to zero, as the first byte isn't.)
inline bool plain_header_sum_ok(const std::uint8_t* at) {
    const auto word = [at](unsigned i) { return std::uint64_t{load_native32(at + 4 * i)}; };
    return (word(0) + word(1) + word(2) + word(3) + word(4)) % 0xffff == 0;
}

// Fills the flat view from an IPv4 header of `header` bytes that has been judged good. All is read before
// anything is written: a byte of the frame might be one of the view's, for all that the compiler knows.
inline void fill(Packet& packet, const std::uint8_t* at, std::uint32_t header) {
    Flat& flat = packet.flat;
    const std::uint8_t* const l4 = at + header;
    const std::uint16_t total = load_be16(at + 2), fragment = load_be16(at + 6);
    const std::uint8_t tos = at[1], ttl = at[8], number = at[9];
    const std::uint32_t source = load_be32(at + 12), destination = load_be32(at + 16);
    flat.source = Address::v4(source);
    flat.destination = Address::v4(destination);
    flat.family = Family::ipv4;
    flat.protocol = number;
    flat.tos = tos;
    flat.ttl = ttl;
    flat.fragmented = (fragment & fragment_bits) != 0;
    flat.fragment_offset = fragment & offset_bits;
    flat.l4 = static_cast<std::uint16_t>(flat.l3 + header);
    flat.l3_length = total;
    flat.network = true;
    const std::uint32_t there = total - header;
    const bool tcp = number == wire::protocol::tcp;
    const bool plain = tcp ? there >= 20 : number == wire::protocol::udp && there >= 8;
    if (!plain || (fragment & offset_bits) != 0) [[unlikely]]
        return look_at_transport(flat, l4, there);
    const std::uint32_t ports = load_be32(l4);
    flat.tcp_flags = tcp ? l4[13] : 0;
    flat.transport = Transport::whole;
    flat.sport = static_cast<std::uint16_t>(ports >> 16);
    flat.dport = static_cast<std::uint16_t>(ports);
}

// The common packet: IPv4 without options, nothing wrong with it. False leaves it to parse_frame() or
// parse_network().
[[gnu::always_inline]] inline bool parse_plain_ipv4(Packet& packet, std::uint32_t l3) {
    const std::uint8_t* const at = packet.data + l3;
    if (packet.length < l3 + wire::Ipv4View::minimum || at[0] != 0x45) return false;
    const std::uint32_t total = load_be16(at + 2);
    if (total < wire::Ipv4View::minimum || total > packet.length - l3 || !plain_header_sum_ok(at)) {
        return false;
    }
    packet.flat.l3 = static_cast<std::uint16_t>(l3);
    fill(packet, at, wire::Ipv4View::minimum);
    return true;
}

}  // namespace parse_detail

// An untagged IPv4 packet without options, with nothing wrong. False leaves the frame to parse_frame().
[[gnu::always_inline]] inline bool parse_plain_frame(Packet& packet) {
    return packet.length >= parse_detail::ethernet_header + wire::Ipv4View::minimum &&
           load_be16(packet.data + 12) == wire::ethertype::ipv4 &&
           parse_detail::parse_plain_ipv4(packet, parse_detail::ethernet_header);
}

}  // namespace gatehouse

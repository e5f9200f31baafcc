// A TCP header's options, as targets walk and change them. Any thread, its own packet.
#pragma once
#include <optional>

#include "packet/edit.h"
#include "wire/protocol.h"

namespace gatehouse::rules::tcp_header {

constexpr std::size_t fixed = 20;    // without options
constexpr std::size_t longest = 60;  // of 15 words

// The header's length by its data offset; nothing if the segment is shorter, or that less than `fixed`.
inline std::optional<std::size_t> length(Bytes segment) {
    if (segment.size() < fixed) return {};
    const std::size_t header = (segment[12] >> 4) * 4u;
    if (header < fixed || header > segment.size()) return {};
    return header;
}

// What Linux's matches read as the TCP header that don't ask whether the packet is a later fragment: there
// IPv4 has them look at the fragment's data, IPv6 at the IPv6 header.
inline Bytes as_matched(const Packet& packet) {
    const bool later6 = !is_v4(packet.flat.family) && packet.flat.fragment_offset != 0;
    return later6 ? packet.network() : packet.transport();
}

// How far the next option is from the one at `at`: end of options, padding and a missing length count as one
// byte, as Linux has it.
inline std::size_t step(Bytes segment, std::size_t at) {
    if (segment[at] <= wire::tcp_option::nop || at + 1 >= segment.size() || segment[at + 1] == 0) return 1;
    return segment[at + 1];
}

// Sets two bytes at any offset of the segment.
inline void set_bytes(Packet& packet, std::size_t at, std::uint16_t to) {
    if (at % 2 == 0) {
        edit::set_transport16(packet, static_cast<std::uint16_t>(at), to);
        return;
    }
    const std::uint8_t* const tcp = packet.l4();
    const auto before = static_cast<std::uint16_t>(at - 1);
    const auto behind = static_cast<std::uint16_t>(at + 1);
    edit::set_transport16(packet, before, static_cast<std::uint16_t>(tcp[before] << 8 | to >> 8));
    edit::set_transport16(packet, behind, static_cast<std::uint16_t>((to & 0xff) << 8 | tcp[at + 2]));
}

}  // namespace gatehouse::rules::tcp_header

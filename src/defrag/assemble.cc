// How the fragments of a datagram become one packet.
#include <algorithm>
#include <optional>

#include "base/checksum.h"
#include "defrag/reassembler.h"
#include "packet/parse.h"
#include "packet/reason.h"
#include "wire/ipv4.h"
#include "wire/ipv6.h"
#include "wire/protocol.h"
#include "wire/tcp.h"

namespace gatehouse::defrag {

namespace {

// The codepoints of RFC 3168, each as the bit that Piece::ecn has.
constexpr std::uint8_t not_ect = 1u << 0, ect1 = 1u << 1, ect0 = 1u << 2, congested = 1u << 3;
constexpr std::uint8_t ce = 3;

// What the whole's codepoint gets in addition (RFC 3168, 5.3): congestion if any fragment met it. nullopt if
// some fragments can tell of congestion and others can't: then nobody can.
std::optional<std::uint8_t> combine_ecn(std::uint8_t seen) {
    if ((seen & not_ect) != 0) return seen == not_ect ? std::optional<std::uint8_t>(0) : std::nullopt;
    const bool both = (seen & congested) != 0 && (seen & (ect0 | ect1)) != 0;
    return both ? ce : std::uint8_t{0};
}

void take_metadata(Packet& whole, const Packet& first, const Packet& last) {
    whole.time = last.time;
    whole.cookie = last.cookie;
    whole.in = last.in;
    whole.type = first.type;
    whole.vlan_count = first.vlan_count;
    std::copy(std::begin(first.vlan), std::end(first.vlan), std::begin(whole.vlan));
    whole.mark = first.mark;
    whole.priority = first.priority;
    whole.connection = first.connection;
    whole.bridge = first.bridge;
    whole.changed = true;
}

void finish_header4(std::uint8_t* ip, std::uint32_t length, std::uint8_t ecn, bool dont_fragment) {
    ip[1] |= ecn;
    store_be16(ip + 2, static_cast<std::uint16_t>(length));
    store_be16(ip + 6, dont_fragment ? wire::Ipv4View::dont_fragment : 0);
    store_be16(ip + 10, 0);
    store_be16(ip + 10, checksum::finish(checksum::add({ip, (ip[0] & 15u) * 4u})));
}

void finish_header6(std::uint8_t* ip, std::uint32_t length, std::uint8_t ecn) {
    store_be16(ip + 4, static_cast<std::uint16_t>(length - 40));
    ip[1] = static_cast<std::uint8_t>(ip[1] | ecn << 4);
}

// Whether Linux looks for a TCP socket of the whole's before it is routed: where IPv4 or IPv6 name TCP
// themselves. For that it wants all of a header in one place.
bool wants_tcp_header(const Packet& whole) {
    const std::uint8_t* const ip = whole.l3();
    return ip[is_v4(whole.flat.family) ? 9 : 6] == wire::protocol::tcp;
}

}  // namespace

// The first fragment's headers, without the fragment header, and the data of all.
Finding Reassembler::assemble(const Datagram& datagram, const Packet& last, Whole& whole) const {
    const bool v4 = manner_ == Manner::ipv4;
    const auto ecn = combine_ecn(datagram.ecn);
    if (!ecn) return {Reason::fragment_mixed_ecn, {datagram.ecn}};
    const Packet& first = *fragments_[datagram.first].packet;
    const std::uint32_t header = v4 ? fragments_[datagram.first].header : datagram.fragment_header;
    const std::uint32_t length = header + datagram.length;
    if (length > max_frame) return {Reason::datagram_too_long, {length}};

    Packet& packet = whole.packet;
    take_metadata(packet, first, last);
    packet.flat.l3 = first.flat.l3;
    packet.length = first.flat.l3 + length;
    std::copy_n(first.data, first.flat.l3 + header, packet.data);
    copy_data(datagram, whole, header);
    std::uint8_t* const ip = packet.l3();
    whole.largest = datagram.largest;
    whole.fragments = datagram.fragments;
    whole.data = datagram.length;
    if (v4) {
        whole.dont_fragment = datagram.largest_unfragmentable == datagram.largest;
        finish_header4(ip, length, *ecn, whole.dont_fragment);
    } else {
        ip[datagram.named_at] = first.l3()[header];
        const std::size_t first_named_at =
            ip[6] == wire::protocol::hop_by_hop ? wire::Ipv6View::length : std::size_t{6};
        const bool misread = manner_ == Manner::ipv6_tracking && datagram.named_at != first_named_at;
        whole.misread_at = misread ? datagram.fragment_header : std::uint16_t{0};
        finish_header6(ip, length, *ecn);
    }
    if (const Finding finding = parse_network(packet)) return finding;
    whole.head = fragments_[datagram.first].end;
    whole.headers_fit = headers_fit(datagram);
    if (wants_tcp_header(packet)) join_pieces(packet, wire::TcpView::minimum);
    return {};
}

// Linux sends the very fragments on, unless one has no room for the first one's longer header.
bool Reassembler::headers_fit(const Datagram& datagram) const {
    const Fragment& first = fragments_[datagram.first];
    for (std::uint32_t slot = datagram.head; slot != no_slot; slot = fragments_[slot].next) {
        if (fragments_[slot].header < first.header) return false;
    }
    return true;
}

void Reassembler::copy_data(const Datagram& datagram, Whole& whole, std::uint32_t header) const {
    Packet& packet = whole.packet;
    std::uint8_t* const data = packet.l3() + header;
    for (std::uint32_t slot = datagram.head; slot != no_slot; slot = fragments_[slot].next) {
        const Fragment& fragment = fragments_[slot];
        std::copy_n(fragment.packet->l3() + fragment.header, fragment.end - fragment.offset,
                    data + fragment.offset);
        whole.begins.set(fragment.offset / 8, fragment.offset / 8 + 1);
        packet.traced |= fragment.packet->traced;
    }
}

}  // namespace gatehouse::defrag

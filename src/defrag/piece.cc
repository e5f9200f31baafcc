#include "defrag/piece.h"

#include "wire/ipv4.h"
#include "wire/ipv6.h"

namespace gatehouse::defrag {

namespace {

constexpr std::uint16_t offset_bits = 0x1fff;

std::uint8_t ecn_bit(const Packet& packet) { return static_cast<std::uint8_t>(1u << (packet.flat.tos & 3)); }

Piece read_piece4(const Packet& packet, Group group) {
    const Flat& flat = packet.flat;
    const std::uint8_t* const ip = packet.l3();
    const std::uint16_t field = load_be16(ip + 6);
    Piece piece;
    piece.key = {.source = flat.source,
                 .destination = flat.destination,
                 .id = load_be16(ip + 4),
                 .protocol = flat.protocol,
                 .group = group};
    piece.header = static_cast<std::uint16_t>((ip[0] & 15) * 4);
    piece.offset = (field & offset_bits) * 8u;
    piece.end = piece.offset + flat.l3_length - piece.header;
    piece.more = (field & wire::Ipv4View::more_fragments) != 0;
    // Linux takes what a fragment has past a multiple of eight for padding.
    if (piece.more) piece.end &= ~7u;
    piece.dont_fragment = (field & wire::Ipv4View::dont_fragment) != 0;
    piece.ecn = ecn_bit(packet);
    return piece;
}

// A link-local address and a group mean something else on each link.
bool is_of_a_link(const Address& a) { return a.words[0] >> 24 == 0xff || a.words[0] >> 22 == 0xfe80u >> 6; }

std::optional<Piece> read_piece6(const Packet& packet, Group group, InterfaceId in) {
    const auto ip = wire::Ipv6View::parse(packet.network());
    if (!ip || ip->payload_length() == 0) return {};
    wire::Ipv6Extensions extensions(*ip);
    std::uint16_t named_at = 6;
    while (const auto extension = extensions.next()) {
        const auto at = static_cast<std::uint16_t>(extension->offset);
        if (extension->number != wire::protocol::fragment) {
            named_at = at;
            continue;
        }
        const auto header = wire::FragmentView::parse(extension->bytes);
        if (!header) return {};
        Piece piece;
        piece.key = {.source = packet.flat.source,
                     .destination = packet.flat.destination,
                     .id = header->id(),
                     .interface = is_of_a_link(packet.flat.destination) ? in : InterfaceId::none,
                     .group = group};
        piece.fragment_header = at;
        piece.named_at = named_at;
        piece.header = static_cast<std::uint16_t>(at + wire::FragmentView::length);
        piece.offset = header->fragment_offset() * 8u;
        piece.end = piece.offset + packet.flat.l3_length - piece.header;
        piece.more = header->more_fragments();
        piece.ecn = ecn_bit(packet);
        return piece;
    }
    return {};
}

}  // namespace

std::optional<Piece> read_piece(const Packet& packet, Group group, InterfaceId in) {
    if (!is_v4(packet.flat.family)) return read_piece6(packet, group, in);
    if (!packet.flat.fragmented) return {};
    return read_piece4(packet, group);
}

bool fragment_header_cut(const Packet& packet) {
    const auto ip = wire::Ipv6View::parse(packet.network());
    if (!ip || ip->payload_length() == 0) return false;
    wire::Ipv6Extensions extensions(*ip);
    while (const auto extension = extensions.next()) {
        if (extension->number == wire::protocol::fragment) return false;
    }
    const bool cut = extensions.fault() && extensions.number() == wire::protocol::fragment;
    // Linux first sees whether all headers are there, for which half of the fragment header is enough, and
    // passes a first fragment on if not.
    return cut && (wire::find_transport(packet.network()).fragment_offset != 0 || !headers_cut(packet));
}

bool headers_cut(const Packet& first) {
    namespace protocol = wire::protocol;
    const Bytes packet = first.network();
    const auto place = wire::find_transport(packet);
    // Headers that can't be followed are somebody else's to judge.
    if (wire::is_skipped_extension(place.protocol) || place.protocol == protocol::none) return false;
    const std::size_t needed = place.protocol == protocol::tcp                                         ? 20
                               : place.protocol == protocol::udp || place.protocol == protocol::icmpv6 ? 8
                                                                                                       : 1;
    return place.offset + needed > packet.size();
}

}  // namespace gatehouse::defrag

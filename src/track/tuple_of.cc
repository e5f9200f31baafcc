#include "track/tuple_of.h"

#include "packet/reason.h"
#include "track/proto/icmp.h"
#include "wire/ipv4.h"
#include "wire/ipv6.h"

namespace gatehouse::track {

namespace {

namespace protocol = wire::protocol;

// The ends, of a transport header of which `there` may be cut short; nothing if it is cut before them.
std::optional<Ends> read_ends(std::uint8_t number, Bytes there) {
    constexpr std::size_t ports = 4, icmp_header = 8, pptp_header = 8;
    if (has_ports(number)) {
        if (there.size() < ports) return {};
        return Ends{load_be16(&there[0]), load_be16(&there[2])};
    }
    if (protocol::is_icmp(number)) {
        if (there.size() < icmp_header) return {};
        return Ends{load_be16(&there[4]), load_be16(&there[0])};
    }
    if (number == protocol::gre && there.size() >= pptp_header && (there[1] & 7) == 1) {
        // Of PPTP (RFC 2637) the header names the receiver's call alone; the sender's is the helper's to
        // know.
        constexpr std::uint16_t ppp = 0x880b;
        if (load_be16(&there[2]) != ppp) return {};
        return Ends{0, load_be16(&there[6])};
    }
    return Ends{};
}

}  // namespace

bool has_ports(std::uint8_t number) {
    return number == protocol::tcp || number == protocol::udp || number == protocol::udplite ||
           number == protocol::sctp;
}

TupleOf tuple_detail::read(const Packet& packet) {
    const Flat& flat = packet.flat;
    if (flat.fragment_offset != 0)
        return {.finding = {.reason = Reason::track_fragment, .numbers = {flat.fragment_offset * 8u}}};
    if (flat.extensions_broken() || (!is_v4(flat.family) && flat.protocol == protocol::none))
        return {.finding = {.reason = Reason::track_no_transport, .numbers = {flat.protocol}}};
    const Bytes transport = packet.transport();
    const auto ends = read_ends(flat.protocol, transport);
    if (!ends) {
        return {.finding = {.reason = Reason::l4_truncated,
                            .numbers = {flat.protocol, static_cast<std::uint32_t>(transport.size()),
                                        has_ports(flat.protocol) ? 4u : 8u}}};
    }
    return {.tuple = {.source = flat.source,
                      .destination = flat.destination,
                      .ends = *ends,
                      .family = flat.family,
                      .protocol = flat.protocol}};
}

std::optional<Tuple> quoted_tuple(Bytes network, Family family) {
    Tuple tuple{.family = family};
    Bytes transport;
    if (is_v4(family)) {
        const auto header = wire::Ipv4View::parse_embedded(network);
        if (!header || header->fragment_offset() != 0) return {};
        tuple.source = header->source();
        tuple.destination = header->destination();
        tuple.protocol = header->protocol();
        transport = network.subspan(header->header_length());
    } else {
        const auto header = wire::Ipv6View::parse_embedded(network);
        if (!header) return {};
        const auto place = wire::find_transport(network);
        if (place.fragment_offset != 0 || wire::is_skipped_extension(place.protocol) ||
            place.protocol == protocol::none)
            return {};
        tuple.source = header->source();
        tuple.destination = header->destination();
        tuple.protocol = place.protocol;
        transport = network.subspan(place.offset);
    }
    const auto ends = read_ends(tuple.protocol, transport);
    if (!ends) return {};
    tuple.ends = *ends;
    return tuple;
}

std::optional<Tuple> inverse(const Tuple& tuple) {
    Tuple back = tuple;
    std::swap(back.source, back.destination);
    if (protocol::is_icmp(tuple.protocol)) {
        const auto type = static_cast<std::uint8_t>(tuple.ends.destination >> 8);
        const auto answer = icmp::counterpart(type, tuple.protocol);
        if (!answer) return {};
        back.ends.destination = static_cast<std::uint16_t>((*answer << 8) | (tuple.ends.destination & 0xff));
    } else {
        std::swap(back.ends.source, back.ends.destination);
    }
    return back;
}

}  // namespace gatehouse::track

// IPv6 packets, as Linux's ip6_rcv_core() and ipv6_parse_hopopts() take or refuse them.
#include "packet/headers.h"
#include "packet/parse.h"
#include "packet/reason.h"
#include "wire/ipv6.h"

namespace gatehouse::parse_detail {

namespace {

constexpr Address loopback{{0, 0, 0, 1}};

constexpr bool is_multicast(const Address& a) { return a.words[0] >> 24 == 0xff; }
constexpr std::uint32_t multicast_scope(const Address& a) { return (a.words[0] >> 16) & 0xf; }

// Addresses that may not come over a wire (RFC 4291, 2.5.3 and 2.7, with erratum 3480).
Finding judge_addresses(const Flat& flat) {
    if (flat.source == loopback || flat.destination == loopback) return {Reason::loopback_on_wire};
    if (is_multicast(flat.source)) return {Reason::martian_source};
    if (is_multicast(flat.destination) && multicast_scope(flat.destination) <= 1) {
        return {Reason::martian_destination};
    }
    return {};
}

// What is wrong with an option, of whichever header.
struct Fault {
    std::uint32_t pointer = 0;
    OptionAnswer answer = OptionAnswer::none;
};
using Judged = std::optional<Fault>;

// An option that Linux doesn't know: its two highest bits say what becomes of the packet (RFC 8200, 4.2).
Judged judge_unknown(std::uint8_t kind, std::uint32_t offset, const Address& destination) {
    switch (kind >> 6) {
        case 0: return {};
        case 1: return Fault{offset};
        case 2: return Fault{offset, OptionAnswer::unknown_option};
        default:
            return Fault{offset,
                         is_multicast(destination) ? OptionAnswer::none : OptionAnswer::unknown_option};
    }
}

Judged judge_jumbo(Bytes option, std::uint32_t offset, std::uint16_t payload_length) {
    if (option[1] != 4 || (offset & 3) != 2) return Fault{offset};
    if (load_be32(&option[2]) <= 0xffff) return Fault{offset + 2, OptionAnswer::bad_header_field};
    if (payload_length != 0) return Fault{offset, OptionAnswer::bad_header_field};
    return {};
}

// `offset`: of the option from the IPv6 header.
Judged judge_hop_option(Bytes option, std::uint32_t offset, const wire::Ipv6View& ip) {
    const std::uint8_t kind = option[0];
    const auto good_if = [&](bool good) { return good ? Judged{} : Fault{offset}; };
    switch (kind) {
        case wire::ipv6_option::router_alert: return good_if(option[1] == 2);
        case wire::ipv6_option::ioam: return good_if((offset & 3) == 0);
        case wire::ipv6_option::calipso:
            // Taken only for a domain of interpretation that was configured; none can be.
            return Fault{offset};
        case wire::ipv6_option::jumbo: return judge_jumbo(option, offset, ip.payload_length());
        default: return judge_unknown(kind, offset, ip.destination());
    }
}

// The options of a header, each but padding judged by `judge(option, offset)`. Linux's limits apply: at most
// eight options beside padding, at most seven bytes of padding at a stretch, and those zero. `reason`: of
// what is wrong.
Finding judge_options(const wire::Ipv6Extension& extension, Reason reason, const auto& judge) {
    constexpr unsigned most_options = 8;
    constexpr std::size_t most_padding = 7;
    const auto bad = [&](std::uint8_t kind, const Fault& fault) {
        return Finding{reason, {kind, fault.pointer, static_cast<std::uint32_t>(fault.answer)}};
    };
    wire::Ipv6Options options(extension.bytes);
    unsigned count = 0;
    std::size_t padding = 0;
    while (const auto option = options.next()) {
        const std::uint32_t offset = extension.offset + option->offset;
        if (option->kind <= wire::ipv6_option::padn) {
            padding += option->bytes.size();
            bool zero = true;
            for (std::size_t i = 2; i < option->bytes.size(); ++i) zero = zero && option->bytes[i] == 0;
            if (padding > most_padding || !zero) return bad(option->kind, {offset});
            continue;
        }
        if (++count > most_options) return bad(option->kind, {offset});
        if (const Judged fault = judge(option->bytes, offset)) return bad(option->kind, *fault);
        if (option->kind == wire::ipv6_option::jumbo && reason == Reason::ip6_bad_hop_option)
            return {Reason::ip6_jumbo_unsupported};
        padding = 0;
    }
    if (const auto& fault = options.fault())
        return bad(static_cast<std::uint8_t>(fault->first), {extension.offset + fault->second});
    return {};
}

// The hop-by-hop options header, which every router on the way reads.
Finding judge_hop_options(const wire::Ipv6View& ip) {
    const auto extension = wire::Ipv6Extensions(ip).next();
    if (!extension) {
        return {Reason::ip6_bad_extension, {wire::protocol::hop_by_hop, wire::Ipv6View::length}};
    }
    return judge_options(*extension, Reason::ip6_bad_hop_option, [&](Bytes option, std::uint32_t offset) {
        return judge_hop_option(option, offset, ip);
    });
}

Finding as_finding(const wire::Fault& fault) {
    switch (fault.kind) {
        case wire::FaultKind::bad_version: return {Reason::ip_bad_version, {fault.first}};
        case wire::FaultKind::bad_length: return {Reason::ip_bad_total_length, {fault.first, fault.second}};
        default: return {Reason::ip6_header_truncated, {fault.first, fault.second}};
    }
}

void fill(Flat& flat, const wire::Ipv6View& ip) {
    const auto place = wire::find_transport(ip.bytes());
    flat.source = ip.source();
    flat.destination = ip.destination();
    flat.family = Family::ipv6;
    flat.protocol = place.protocol;
    flat.tos = ip.traffic_class();
    flat.ttl = ip.hop_limit();
    flat.fragmented = place.fragmented;
    flat.fragment_offset = place.fragment_offset;
    flat.l3_length = static_cast<std::uint16_t>(ip.bytes().size());
    flat.l4 = static_cast<std::uint16_t>(flat.l3 + place.offset);
    flat.network = true;
    look_at_transport(flat, ip.bytes().data() + place.offset, ip.bytes().size() - place.offset);
}

}  // namespace

Finding parse_ipv6(Packet& packet) {
    packet.flat = Flat{.family = Family::ipv6, .l3 = packet.flat.l3};
    const auto ip = wire::Ipv6View::parse(packet.bytes().subspan(packet.flat.l3));
    if (!ip) return as_finding(ip.error());
    fill(packet.flat, *ip);
    if (!packet.generated && packet.type != PacketType::loopback) {
        if (const auto finding = judge_addresses(packet.flat)) return finding;
    }
    return ip->next_header() == wire::protocol::hop_by_hop ? judge_hop_options(*ip) : Finding{};
}

}  // namespace gatehouse::parse_detail

namespace gatehouse {

Finding judge_destination_options(const Packet& packet, std::uint32_t offset) {
    const Bytes header = packet.network().subspan(offset);
    return parse_detail::judge_options(
        {.number = wire::protocol::destination_options,
         .next = header[0],
         .offset = offset,
         .bytes = header.first((header[1] + 1u) * 8u)},
        Reason::ip6_bad_destination_option, [&](Bytes option, std::uint32_t at) {
            return parse_detail::judge_unknown(option[0], at, packet.flat.destination);
        });
}

}  // namespace gatehouse

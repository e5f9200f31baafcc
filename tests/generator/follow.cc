#include "follow.h"

#include "network.h"
#include "wire/builder.h"
#include "wire/ipv4.h"
#include "wire/ipv6.h"
#include "wire/protocol.h"
#include "wire/tcp.h"

namespace gatehouse::generator {
namespace {

constexpr std::size_t link_header = 14;

struct Plain {
    Address source, destination;
    std::uint8_t protocol = 0;
    Bytes packet, transport;
};

// Linux answers what goes there by a rate of its own (packets.cc).
bool is_rated(const Address& address) { return (address.words[0] & 0xfffffe00) == 0x0a090200; }

std::optional<Plain> plain4(Bytes packet) {
    const auto ip = wire::Ipv4View::parse(packet);
    if (!ip || (packet[0] & 15) != 5 || (load_be16(&packet[6]) & 0x3fff) != 0) return {};
    return Plain{ip->source(), ip->destination(), packet[9], packet.first(ip->total_length()), ip->payload()};
}

std::optional<Plain> plain6(Bytes packet) {
    const auto ip = wire::Ipv6View::parse(packet);
    if (!ip || wire::is_skipped_extension(ip->next_header())) return {};
    return Plain{ip->source(), ip->destination(), ip->next_header(), ip->bytes(), ip->payload()};
}

wire::PacketBuilder begin(unsigned port, Family family, const Address& source, const Address& destination) {
    static const auto ports = network().ports;
    wire::PacketBuilder builder;
    builder.ethernet({.destination = ports[port].mac, .source = neighbour(port)});
    if (is_v4(family)) {
        builder.ipv4({.source = source, .destination = destination});
    } else {
        builder.ipv6({.source = source, .destination = destination});
    }
    return builder;
}

// What comes next from the segment's sender, or back from the other end.
wire::Tcp next_segment(Draw& draw, Bytes before, bool back) {
    namespace flag = wire::tcp_flag;
    const std::uint8_t flags = before[13];
    const std::uint32_t ends = ((flags & flag::syn) != 0) + ((flags & flag::fin) != 0);
    const std::size_t header = (before[12] >> 4) * 4u;
    const auto data = static_cast<std::uint32_t>(before.size() > header ? before.size() - header : 0);
    const std::uint32_t sent = load_be32(&before[4]) + ends + data;
    wire::Tcp fields{.source = load_be16(&before[back ? 2 : 0]),
                     .destination = load_be16(&before[back ? 0 : 2]),
                     .sequence = back ? load_be32(&before[8]) : sent,
                     .acknowledgment = back ? sent : load_be32(&before[8]),
                     .window = 20000};
    const bool begun = (flags & flag::syn) != 0 && (flags & flag::ack) == 0;
    fields.flags = back && begun ? flag::syn | flag::ack : flag::ack;
    if (draw.chance(25)) fields.flags |= draw.among({flag::fin, flag::rst, flag::psh});
    if (draw.chance(10)) fields.sequence += draw.random.below(100000);
    return fields;
}

// Whether the transport header could be written.
bool add_transport(wire::PacketBuilder& builder, Draw& draw, const Plain& before, bool back) {
    namespace protocol = wire::protocol;
    const Bytes header = before.transport;
    const auto enough = [&](std::size_t bytes) { return header.size() >= bytes; };
    const auto source = [&] { return load_be16(&header[back ? 2 : 0]); };
    const auto destination = [&] { return load_be16(&header[back ? 0 : 2]); };
    switch (before.protocol) {
        case protocol::tcp:
            if (!enough(20)) return false;
            builder.tcp(next_segment(draw, header, back));
            return true;
        case protocol::udp:
            if (!enough(8)) return false;
            builder.udp({.source = source(), .destination = destination()});
            return true;
        case protocol::udplite:
            if (!enough(8)) return false;
            builder.udplite({.source = source(), .destination = destination(), .coverage = 8});
            return true;
        case protocol::icmp:
        case protocol::icmpv6: {
            if (!enough(8)) return false;
            const bool v4 = before.protocol == protocol::icmp;
            const std::uint8_t answer = v4 ? header[0] == 8 ? 0 : static_cast<std::uint8_t>(header[0] + 1)
                                           : static_cast<std::uint8_t>(header[0] + 1);
            const wire::Icmp fields{.type = back ? answer : header[0], .rest = load_be32(&header[4])};
            v4 ? builder.icmp(fields) : builder.icmpv6(fields);
            return true;
        }
        default: builder.unknown(before.protocol); return true;
    }
}

Frame error_about(Draw& draw, const Plain& before, unsigned port) {
    const Address from =
        draw.chance(50) ? before.destination : *parse_address(draw.of(hosts(draw.family)), draw.family);
    auto builder = begin(port, draw.family, from, before.source);
    const bool v4 = is_v4(draw.family);
    const wire::Icmp fields{
        .type = v4 ? draw.among<std::uint8_t>({3, 11, 12, 4}) : draw.among<std::uint8_t>({1, 2, 3, 4}),
        .code = static_cast<std::uint8_t>(draw.random.below(5))};
    v4 ? builder.icmp(fields) : builder.icmpv6(fields);
    const std::size_t most = draw.chance(80) ? 100 : draw.number(v4 ? 16 : 36, v4 ? 30 : 50);
    builder.payload(before.packet.first(std::min(before.packet.size(), most)));
    return {.port = port, .bytes = builder.build()};
}

}  // namespace

std::optional<Frame> follow(Draw& draw, const Frame& frame) {
    if (draw.chance(15)) return frame;
    if (frame.bytes.size() < link_header + 20) return {};
    const Bytes packet = Bytes(frame.bytes).subspan(link_header);
    const auto before = is_v4(draw.family) ? plain4(packet) : plain6(packet);
    if (!before || is_rated(before->source) || is_rated(before->destination)) return {};
    const unsigned port = draw.chance(30) ? frame.port : draw.random.below(3);
    if (draw.chance(25)) return error_about(draw, *before, port);
    const bool back = draw.chance(65);
    auto builder = begin(port, draw.family, back ? before->destination : before->source,
                         back ? before->source : before->destination);
    if (!add_transport(builder, draw, *before, back)) return {};
    static const std::vector<std::uint8_t> some(32, 'f');
    builder.payload(Bytes(some).first(draw.random.below(32)));
    return Frame{.port = port, .bytes = builder.build()};
}

}  // namespace gatehouse::generator

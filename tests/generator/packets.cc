#include "packets.h"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <netinet/in.h>
#include <utility>

#include "base/checksum.h"
#include "follow.h"
#include "network.h"
#include "wire/builder.h"
#include "wire/protocol.h"

namespace gatehouse::generator {
namespace {

std::uint32_t near(Draw& draw, const std::vector<std::uint32_t>& edges, std::uint32_t otherwise) {
    return !edges.empty() && draw.chance(75) ? draw.of(edges) : otherwise;
}

Address address(Draw& draw, unsigned percent_special) {
    const auto& all = draw.chance(percent_special) ? special(draw.family) : hosts(draw.family);
    return *parse_address(draw.of(all), draw.family);
}

bool is_special(const Address& address, Family family) {
    return std::ranges::any_of(special(family),
                               [&](const auto& text) { return *parse_address(text, family) == address; });
}

std::uint16_t port(Draw& draw) {
    return static_cast<std::uint16_t>(near(draw, draw.edges.ports, draw.number(0, 1000)));
}

wire::Tcp tcp_fields(Draw& draw) {
    wire::Tcp fields{.source = port(draw),
                     .destination = port(draw),
                     .sequence = draw.random.next32(),
                     .acknowledgment = draw.random.next32()};
    fields.flags = static_cast<std::uint8_t>(near(draw, draw.edges.tcp_flags, draw.random.below(256)));
    if (draw.chance(25)) fields.flags = 2;
    if (draw.chance(20)) fields.flags |= static_cast<std::uint8_t>(1u << draw.random.below(8));
    if (draw.chance(50)) fields.options.mss(static_cast<std::uint16_t>(near(draw, draw.edges.mss, 1460)));
    if (draw.chance(30)) fields.options.nop().window_scale(7);
    if (draw.chance(20)) fields.options.sack_permitted();
    if (draw.chance(20)) fields.options.timestamps(1, 2);
    if (!draw.edges.tcp_options.empty() && draw.chance(40)) {
        const auto kind = static_cast<std::uint8_t>(draw.of(draw.edges.tcp_options));
        const std::uint8_t raw[] = {kind, static_cast<std::uint8_t>(draw.chance(90) ? 2 : 0)};
        fields.options.raw(raw);
    }
    if (draw.chance(4)) fields.header_words = static_cast<std::uint8_t>(draw.random.below(16));
    if (draw.chance(6)) fields.checksum = static_cast<std::uint16_t>(draw.random.next32());
    return fields;
}

wire::Icmp icmp_fields(Draw& draw) {
    const bool v4 = is_v4(draw.family);
    const std::uint32_t usual =
        v4 ? draw.among({0u, 3u, 8u, 11u, 17u, 12u}) : draw.among({1u, 2u, 3u, 4u, 128u, 129u, 200u});
    const std::uint32_t drawn = near(draw, draw.edges.icmp, usual << 8 | draw.random.below(3));
    wire::Icmp fields{.type = static_cast<std::uint8_t>(drawn >> 8),
                      .code = static_cast<std::uint8_t>(drawn),
                      .rest = draw.random.next32()};
    if (draw.chance(6)) fields.checksum = static_cast<std::uint16_t>(draw.random.next32());
    return fields;
}

// What stands behind a DCCP header: whatever its type adds, and options.
const std::vector<std::vector<std::uint8_t>> dccp_rests{
    {0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2},
    {0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 32, 4, 0, 9},
    {0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 41, 3, 1, 1, 1, 1, 1}};

// Opens the transport header of `protocol`; what isn't known to the builder is bytes alone.
void transport(wire::PacketBuilder& builder, std::uint8_t protocol, Draw& draw) {
    const auto spi = [&] { return near(draw, draw.edges.spis, draw.number(0, 20)); };
    switch (protocol) {
        case wire::protocol::tcp: builder.tcp(tcp_fields(draw)); break;
        case wire::protocol::udp: {
            wire::Udp fields{.source = port(draw), .destination = port(draw)};
            if (draw.chance(6))
                fields.checksum = static_cast<std::uint16_t>(draw.chance(50) ? 0 : draw.random.next32());
            if (draw.chance(3)) fields.length = static_cast<std::uint16_t>(draw.random.below(40));
            builder.udp(fields);
            break;
        }
        case wire::protocol::udplite:
            builder.udplite({.source = port(draw),
                             .destination = port(draw),
                             .coverage = draw.among<std::uint16_t>({0, 8, 10})});
            break;
        case wire::protocol::sctp:
            builder.sctp({.source = port(draw), .destination = port(draw), .tag = 7});
            for (std::uint32_t more = draw.random.below(3); more > 0; --more)
                builder.chunk({.type = draw.among<std::uint8_t>({0, 1, 6}),
                               .flags = static_cast<std::uint8_t>(draw.random.below(8))});
            break;
        case wire::protocol::dccp:
            builder.dccp({.source = port(draw),
                          .destination = port(draw),
                          .type = static_cast<std::uint8_t>(draw.random.below(11)),
                          .rest = draw.of(dccp_rests)});
            break;
        case wire::protocol::icmp: is_v4(draw.family) ? builder.icmp(icmp_fields(draw)) : builder; break;
        case wire::protocol::icmpv6: is_v4(draw.family) ? builder : builder.icmpv6(icmp_fields(draw)); break;
        case wire::protocol::esp: builder.esp({.spi = spi(), .sequence = 1}); break;
        case wire::protocol::ah: {
            static const std::uint8_t check[12] = {1, 2, 3};
            builder.ah({.spi = spi(), .sequence = 1, .check_value = check});
            builder.udp({.source = port(draw), .destination = port(draw)});
            break;
        }
        default: break;
    }
}

std::uint8_t protocol(Draw& draw) {
    using namespace wire::protocol;
    if (!draw.edges.protocols.empty() && draw.chance(65)) return draw.of(draw.edges.protocols);
    const std::uint8_t echo = is_v4(draw.family) ? icmp : icmpv6;
    return draw.among<std::uint8_t>({tcp, tcp, tcp, udp, udp, echo, echo, udplite, sctp, dccp, esp, ah, 253});
}

// Gives what has no builder of its own the fields that rules ask about.
void begin_header(Draw& draw, std::uint8_t protocol, std::vector<std::uint8_t>& bytes) {
    if (bytes.size() < 6) return;
    if (protocol == wire::protocol::mobility) {
        if (draw.chance(90)) bytes[0] = wire::protocol::none;
        bytes[2] = static_cast<std::uint8_t>(draw.random.below(10));
    } else if (protocol == IPPROTO_COMP) {
        store_be16(&bytes[2], static_cast<std::uint16_t>(near(draw, draw.edges.spis, draw.number(0, 20))));
    }
}

std::vector<std::uint8_t> payload(Draw& draw, std::uint8_t protocol, std::size_t headers) {
    std::size_t size = draw.chance(70) ? draw.random.below(60) : draw.random.below(1400);
    if (!draw.edges.lengths.empty() && draw.chance(60)) {
        const std::size_t whole = draw.of(draw.edges.lengths);
        if (whole >= headers && whole <= 1500) size = whole - headers;
    }
    size = std::min(size, 1500 - std::min<std::size_t>(headers, 1500));
    std::vector<std::uint8_t> bytes(size);
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(draw.random.next32());
    begin_header(draw, protocol, bytes);
    if (!draw.edges.texts.empty() && draw.chance(70)) {
        const auto& text = draw.of(draw.edges.texts);
        const std::size_t at = draw.random.below(static_cast<std::uint32_t>(size + 1));
        for (std::size_t i = 0; i < text.size() && at + i < size; ++i) {
            const char c = text[i];
            bytes[at + i] = static_cast<std::uint8_t>(draw.chance(15) && c >= 'a' && c <= 'z' ? c - 32 : c);
        }
    }
    return bytes;
}

// One or several IPv4 options, most of them right. No time is asked for: the two clocks differ.
std::vector<std::uint8_t> ipv4_options(Draw& draw) {
    static const std::vector<std::vector<std::uint8_t>> some{
        {1},                                        // padding
        {0},                                        // the end
        {7, 11, 4, 0, 0, 0, 0, 0, 0, 0, 0},         // record route, with room for two
        {7, 7, 4, 9, 9, 9, 9},                      // for one
        {7, 7, 8, 9, 9, 9, 9},                      // for none
        {7, 10, 4, 0, 0, 0, 0, 0, 0, 0},            // for one and a half
        {7, 7, 3, 0, 0, 0, 0},                      // its pointer is wrong
        {7, 3, 4},                                  // no room at all
        {0x44, 8, 9, 0x20, 1, 2, 3, 4},             // timestamps, full
        {0x44, 8, 9, 0xf0, 1, 2, 3, 4},             // overflown for the last time
        {0x44, 12, 5, 3, 10, 0, 1, 3, 0, 0, 0, 0},  // asks somebody else
        {0x44, 3, 5},                               // cut short
        {0x94, 4, 0, 0},                            // router alert
        {0x94, 3, 0},                               // cut short
        {0x83, 7, 4, 10, 0, 2, 3},                  // loose source route, ahead of us
        {0x89, 7, 8, 10, 0, 2, 3},                  // strict, done with
        {0x83, 7, 3, 10, 0, 2, 3},                  // its pointer is wrong
        {0x82, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0},      // security (RFC 791)
        {0x86, 10, 0, 0, 0, 1, 1, 4, 0, 0},         // a label (FIPS 188)
        {0x88, 4, 1, 2},                            // stream identifier
        {0x55, 1},
        {0x55, 40},
        {0x55, 5, 1, 2, 3},  // nobody's: too short, too long, right
    };
    std::vector<std::uint8_t> all;
    for (std::uint32_t more = 1 + draw.random.below(3); more > 0; --more) {
        const auto& one = draw.of(some);
        if (all.size() + one.size() <= 36) all.insert(all.end(), one.begin(), one.end());
    }
    while (all.size() % 4 != 0) all.push_back(draw.chance(80) ? 0 : 1);
    return all;
}

Address router_address(Draw& draw) {
    const std::uint32_t port = draw.number(1, 3);
    return is_v4(draw.family) ? Address::v4(0x0a000001 + (port << 8))
                              : *parse_address(fmt::format("fd00:{}::1", port), draw.family);
}

void ipv4(wire::PacketBuilder& builder, Draw& draw, std::uint8_t number, bool in_pieces) {
    wire::Ipv4 fields{
        .source = address(draw, 4),
        .destination = in_pieces && draw.chance(70) ? router_address(draw) : address(draw, 25),
        .ttl = static_cast<std::uint8_t>(near(draw, draw.edges.ttls, draw.among({1u, 2u, 63u, 64u, 255u}))),
        .tos = static_cast<std::uint8_t>(near(draw, draw.edges.tos, 0)),
        .id = static_cast<std::uint16_t>(draw.random.next32()),
        .dont_fragment = draw.chance(50)};
    fields.protocol = number;
    // Linux answers what goes to unreachable routes by a rate of its own for each source (ip_error), which no
    // namespace can set: how much of it is left would depend on the rulesets before.
    if ((fields.destination.words[0] & 0xfffffe00) == 0x0a090200)
        fields.destination = Address::v4(0x0a090101);
    if (in_pieces) {
        fields.dont_fragment = false;
    } else if (draw.chance(8)) {
        fields.more_fragments = draw.chance(60);
        fields.fragment_offset = draw.chance(50) ? 0 : static_cast<std::uint16_t>(draw.number(1, 190));
        fields.dont_fragment = false;
    }
    const auto options = draw.chance(8) && !in_pieces ? ipv4_options(draw) : std::vector<std::uint8_t>{};
    fields.options = options;
    if (in_pieces) return void(builder.ipv4(fields));
    if (draw.chance(2)) fields.checksum = static_cast<std::uint16_t>(draw.random.next32());
    if (draw.chance(2)) fields.total_length = static_cast<std::uint16_t>(draw.random.below(100));
    if (draw.chance(1)) fields.header_words = static_cast<std::uint8_t>(draw.random.below(16));
    builder.ipv4(fields);
}

// What stands behind the length of a routing header: its type, how many stations are left, and the stations.
std::vector<std::uint8_t> routing_body(Draw& draw) {
    const bool asked_for = !draw.edges.stations.empty() && draw.chance(50);
    std::vector<std::string> stations;
    if (asked_for) stations = draw.of(draw.edges.stations);
    for (std::uint32_t more = asked_for ? 0 : draw.number(1, 3); more > 0; --more)
        stations.push_back(draw.of(hosts(Family::ipv6)));
    // Seldom more are left than there are.
    const std::uint32_t left =
        draw.random.below(draw.chance(80) ? static_cast<std::uint32_t>(stations.size()) : 4);
    std::vector<std::uint8_t> body{
        draw.among<std::uint8_t>({0, 0, 2, 3, 4, 4, 4, 4}), static_cast<std::uint8_t>(left),
        static_cast<std::uint8_t>(stations.size() - 1),     0,
        static_cast<std::uint8_t>(draw.random.below(2)),    static_cast<std::uint8_t>(draw.random.below(4))};
    // The oldest type has nothing there.
    if (asked_for) body[0] = 0;
    if (body[0] != 4 && draw.chance(50)) std::fill(body.begin() + 2, body.end(), std::uint8_t{0});
    for (const auto& text : stations) {
        std::uint8_t station[16];
        parse_address(text, Family::ipv6)->store(station, Family::ipv6);
        body.insert(body.end(), std::begin(station), std::end(station));
    }
    return body;
}

void ipv6(wire::PacketBuilder& builder, Draw& draw, std::uint8_t number, bool in_pieces) {
    using Body = std::vector<std::uint8_t>;
    static const std::vector<Body> all_options{
        {1, 4, 0, 0, 0, 0}, {5, 2, 0, 0, 1, 0}, {1, 4, 0, 0, 0, 0, 5, 2, 0, 0, 1, 0, 1, 0}};
    const auto options = [&]() -> const Body& { return draw.of(all_options); };
    const Body stations = routing_body(draw);
    wire::Ipv6 fields{.source = address(draw, 4),
                      .destination = in_pieces && draw.chance(70) ? router_address(draw) : address(draw, 25),
                      .hop_limit = static_cast<std::uint8_t>(
                          near(draw, draw.edges.ttls, draw.among({1u, 2u, 63u, 64u, 255u}))),
                      .traffic_class = static_cast<std::uint8_t>(near(draw, draw.edges.tos, 0)),
                      .flow_label = draw.random.below(0x100000)};
    if (in_pieces) {
        fields.next = number;
        return void(builder.ipv6(fields));
    }
    const auto comes = [&](std::uint8_t header, unsigned usual) {
        return draw.chance(std::ranges::count(draw.edges.headers, header) > 0 ? 50 : usual);
    };
    const bool hop_by_hop = comes(wire::protocol::hop_by_hop, 5);
    const bool destination = comes(wire::protocol::destination_options, 5);
    const bool fragment = comes(wire::protocol::fragment, 8);
    const bool routing = comes(wire::protocol::routing, 4) && !is_special(fields.destination, draw.family);
    if (draw.chance(2)) fields.payload_length = static_cast<std::uint16_t>(draw.random.below(100));
    if (!hop_by_hop && !destination && !fragment && !routing) fields.next = number;
    builder.ipv6(fields);
    const auto last = [number](bool more) { return more ? std::optional<std::uint8_t>{} : number; };
    if (hop_by_hop) builder.hop_by_hop({.body = options(), .next = last(destination || routing || fragment)});
    if (destination) builder.destination_options({.body = options(), .next = last(routing || fragment)});
    if (routing) builder.routing({.body = stations, .next = last(fragment)});
    if (fragment) {
        builder.fragment(
            {.id = draw.random.next32(),
             .offset = draw.chance(50) ? std::uint16_t{0} : static_cast<std::uint16_t>(draw.number(1, 170)),
             .more = draw.chance(60),
             .next = number});
    }
}

Mac destination(Draw& draw, const Mac& router) {
    if (draw.chance(92)) return router;
    return draw.among<Mac>({{{255, 255, 255, 255, 255, 255}}, {{1, 0, 0x5e, 1, 2, 3}}, {{2, 9, 9, 9, 9, 9}}});
}

Frame random_frame(Draw& draw, bool in_pieces) {
    static const auto ports = network().ports;
    Frame frame{.port = draw.random.below(3)};
    wire::PacketBuilder builder;
    const Mac source = draw.chance(85) ? neighbour(frame.port) : neighbour(draw.random.below(4));
    builder.ethernet({.destination = destination(draw, ports[frame.port].mac), .source = source});
    const std::uint8_t number = protocol(draw);
    if (is_v4(draw.family)) {
        ipv4(builder, draw, number, in_pieces);
    } else {
        ipv6(builder, draw, number, in_pieces);
    }
    transport(builder, number, draw);
    const std::size_t headers = is_v4(draw.family) ? 20 : 40;
    const std::size_t inner = number == wire::protocol::tcp ? 20 : 8;
    if (!draw.chance(8)) builder.payload(payload(draw, number, headers + inner));
    if (!in_pieces && draw.chance(50)) builder.pad_to(60);
    frame.bytes = builder.build();
    if (!in_pieces && draw.chance(4) && frame.bytes.size() > 20)
        frame.bytes.resize(draw.number(15, static_cast<std::uint32_t>(frame.bytes.size() - 1)));
    // No wire carries more than its port takes.
    frame.bytes.resize(std::min<std::size_t>(frame.bytes.size(), ports[frame.port].mtu + 14));
    return frame;
}

constexpr std::size_t link_header = 14;

// A fragment of the packet in `frame`: its bytes [from, to) behind the IP header. `id`: IPv6's, whose
// fragment header isn't there yet.
Frame piece(const Frame& frame, std::size_t from, std::size_t to, bool more, std::uint32_t id) {
    const bool v4 = load_be16(&frame.bytes[12]) == wire::ethertype::ipv4;
    const std::size_t header = link_header + (v4 ? 20 : 40);
    Frame out{.port = frame.port, .bytes = {frame.bytes.begin(), frame.bytes.begin() + header}};
    std::uint8_t* const ip = &out.bytes[link_header];
    const auto field =
        static_cast<std::uint16_t>(v4 ? from / 8 | (more ? 0x2000u : 0) : from | (more ? 1u : 0));
    if (v4) {
        store_be16(ip + 2, static_cast<std::uint16_t>(20 + to - from));
        store_be16(ip + 6, field);
        store_be16(ip + 10, 0);
        store_be16(ip + 10, checksum::finish(checksum::add({ip, 20})));
    } else {
        const std::uint8_t next = std::exchange(ip[6], wire::protocol::fragment);
        store_be16(ip + 4, static_cast<std::uint16_t>(8 + to - from));
        std::uint8_t extension[8] = {next};
        store_be16(extension + 2, field);
        store_be32(extension + 4, id);
        out.bytes.insert(out.bytes.end(), std::begin(extension), std::end(extension));
    }
    out.bytes.insert(out.bytes.end(), frame.bytes.begin() + static_cast<std::ptrdiff_t>(header + from),
                     frame.bytes.begin() + static_cast<std::ptrdiff_t>(header + to));
    return out;
}

// Whether a cut there would go through a text that is looked for: Linux's `bm` doesn't see those that a
// datagram's pieces share (doc/differences.md).
bool goes_through_text(const Draw& draw, std::span<const std::uint8_t> data, std::size_t at) {
    return std::ranges::any_of(draw.edges.texts, [&](const std::string& text) {
        const std::size_t from = at - std::min(at, text.size() - 1);
        const auto around = data.subspan(from, std::min(data.size(), at + text.size() - 1) - from);
        const auto alike = [](std::uint8_t a, char b) { return std::tolower(a) == std::tolower(b); };
        return !std::ranges::search(around, text, alike).empty();
    });
}

// The packet in up to three pieces, most of the time all of them, in any order.
std::vector<Frame> pieces(Draw& draw, const Frame& frame) {
    const std::size_t header = link_header + (is_v4(draw.family) ? 20 : 40);
    const std::size_t whole = frame.bytes.size() - header;
    const std::uint32_t id = draw.random.next32();
    std::vector<Frame> out;
    for (std::size_t from = 0; from < whole;) {
        std::size_t to = from + 8 * draw.number(1, static_cast<std::uint32_t>(whole / 8 + 1));
        while (to < whole && goes_through_text(draw, std::span(frame.bytes).subspan(header), to)) to += 8;
        if (to >= whole || out.size() == 2) to = whole;
        out.push_back(piece(frame, from, to, to < whole, id));
        from = to;
    }
    if (draw.chance(10)) out.push_back(draw.of(out));
    if (draw.chance(40)) std::swap(out.front(), out.back());
    if (draw.chance(12)) out.pop_back();
    return out;
}

}  // namespace

std::vector<Frame> random_frames(Draw& draw, std::span<const Frame> earlier) {
    if (!earlier.empty() && draw.chance(35)) {
        const std::size_t lately = std::min<std::size_t>(earlier.size(), 6);
        const auto before = draw.chance(70) ? earlier.last(lately) : earlier;
        if (auto frame = follow(draw, before[draw.random.below(static_cast<std::uint32_t>(before.size()))]))
            return {*frame};
    }
    const bool in_pieces = draw.chance(3) && !draw.edges.copies;
    const Frame frame = random_frame(draw, in_pieces);
    const std::size_t headers = link_header + (is_v4(draw.family) ? 20 : 40);
    if (!in_pieces || frame.bytes.size() < headers + 16) return {frame};
    return pieces(draw, frame);
}

}  // namespace gatehouse::generator

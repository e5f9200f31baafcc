// Packets as frames, there and back.
#include <algorithm>
#include <fmt/format.h>

#include "base/checksum.h"
#include "base/text.h"
#include "frontend/scenario/fields.h"
#include "wire/builder.h"
#include "wire/ipv4.h"
#include "wire/ipv6.h"
#include "wire/names.h"

namespace gatehouse::frontend::scenario {

namespace {

template <class T>
T as(const Fields& fields, std::string_view name, std::uint64_t otherwise = 0) {
    return static_cast<T>(fields.number(name, otherwise));
}

template <class T>
std::optional<T> maybe(const Fields& fields, std::string_view name) {
    if (!fields.has(name)) return {};
    return as<T>(fields, name);
}

std::uint8_t protocol_of(const Fields& fields) {
    const std::uint8_t named = wire::protocol_number(*fields.find("proto")).value_or(0);
    return named != 0 ? named : as<std::uint8_t>(fields, "protocol", wire::protocol::none);
}

void build_network(const Fields& f, wire::PacketBuilder& b, std::uint8_t protocol) {
    const Family family = f.v4() ? Family::ipv4 : Family::ipv6;
    const auto address = [&](const char* name) { return *parse_address(*f.find(name), family); };
    if (f.v4()) {
        const auto options = f.bytes("ip-options");
        b.ipv4({.source = address("src"),
                .destination = address("dst"),
                .ttl = as<std::uint8_t>(f, "ttl", 64),
                .tos = as<std::uint8_t>(f, "tos"),
                .id = as<std::uint16_t>(f, "id"),
                .dont_fragment = f.number("df") != 0,
                .more_fragments = f.number("more") != 0,
                .reserved_bit = f.number("reserved") != 0,
                .fragment_offset = static_cast<std::uint16_t>(f.number("offset") / 8),
                .options = options,
                .version = as<std::uint8_t>(f, "version", 4),
                .header_words = maybe<std::uint8_t>(f, "header"),
                .protocol = protocol,
                .total_length = maybe<std::uint16_t>(f, "total")});
        return;
    }
    // The builder names extensions itself; the last one's next header is given.
    const bool fragment = f.has("id") || f.has("more") || f.has("offset");
    const bool extended = fragment || f.has("hopopts") || f.has("dstopts") || f.has("routing");
    const auto last = [&](bool is) { return is ? std::optional(protocol) : std::nullopt; };
    b.ipv6({.source = address("src"),
            .destination = address("dst"),
            .hop_limit = as<std::uint8_t>(f, "ttl", 64),
            .traffic_class = as<std::uint8_t>(f, "tos"),
            .flow_label = as<std::uint32_t>(f, "flow"),
            .version = as<std::uint8_t>(f, "version", 6),
            .next = last(!extended),
            .payload_length = maybe<std::uint16_t>(f, "total")});
    const auto hopopts = f.bytes("hopopts"), routing = f.bytes("routing"), dstopts = f.bytes("dstopts");
    if (f.has("hopopts"))
        b.hop_by_hop({.body = hopopts, .next = last(!f.has("routing") && !fragment && !f.has("dstopts"))});
    if (f.has("routing")) b.routing({.body = routing, .next = last(!fragment && !f.has("dstopts"))});
    if (fragment)
        b.fragment({.id = as<std::uint32_t>(f, "id"),
                    .offset = static_cast<std::uint16_t>(f.number("offset") / 8),
                    .more = f.number("more") != 0,
                    .next = last(!f.has("dstopts"))});
    if (f.has("dstopts")) b.destination_options({.body = dstopts, .next = protocol});
}

void build_transport(const Fields& f, wire::PacketBuilder& b, std::uint8_t protocol) {
    const auto sport = as<std::uint16_t>(f, "sport"), dport = as<std::uint16_t>(f, "dport");
    switch (protocol) {
        case wire::protocol::tcp: {
            wire::TcpOptionList options;
            options.raw(f.bytes("options"));
            b.tcp({.source = sport,
                   .destination = dport,
                   .sequence = as<std::uint32_t>(f, "seq"),
                   .acknowledgment = as<std::uint32_t>(f, "ack"),
                   .flags = wire::tcp_flags(f.has("flags") ? *f.find("flags") : "0").value_or(0),
                   .window = as<std::uint16_t>(f, "win", 65'535),
                   .urgent = as<std::uint16_t>(f, "urg"),
                   .options = options});
            break;
        }
        case wire::protocol::udp: b.udp({.source = sport, .destination = dport}); break;
        case wire::protocol::udplite: b.udplite({.source = sport, .destination = dport}); break;
        case wire::protocol::sctp: b.sctp({.source = sport, .destination = dport}); break;
        case wire::protocol::icmp:
        case wire::protocol::icmpv6: {
            const wire::Icmp icmp{.type = as<std::uint8_t>(f, "type"),
                                  .code = as<std::uint8_t>(f, "code"),
                                  .rest = as<std::uint32_t>(f, "rest")};
            protocol == wire::protocol::icmp ? b.icmp(icmp) : b.icmpv6(icmp);
            break;
        }
        case wire::protocol::esp:
            b.esp({.spi = as<std::uint32_t>(f, "spi"), .sequence = as<std::uint32_t>(f, "seq")});
            break;
        case wire::protocol::gre: b.gre({}); break;
        default: break;
    }
}

// Where the transport checksum is; 0: none that we know.
std::size_t checksum_place(std::uint8_t protocol) {
    switch (protocol) {
        case wire::protocol::tcp: return 16;
        case wire::protocol::udp:
        case wire::protocol::udplite: return 6;
        case wire::protocol::icmp:
        case wire::protocol::icmpv6: return 2;
        default: return 0;
    }
}

// "right", "wrong" or "none".
std::string judge(Bytes transport, std::uint8_t protocol, Bytes addresses) {
    const std::size_t at = checksum_place(protocol);
    if (at == 0 || transport.size() < at + 2) return {};
    const std::uint16_t found = load_be16(&transport[at]);
    if (protocol == wire::protocol::udp && found == 0) return "none";
    std::uint64_t sum = checksum::add(transport);
    if (protocol != wire::protocol::icmp) sum += checksum::add(addresses) + protocol + transport.size();
    return checksum::fold(sum) == 0xffff ? "right" : "wrong";
}

void decode_transport(Bytes t, std::uint8_t protocol, Bytes addresses, Fields& f) {
    std::size_t header = 0;
    const auto ports = [&] {
        f.set("sport", load_be16(t.data()));
        f.set("dport", load_be16(&t[2]));
    };
    if (protocol == wire::protocol::tcp && t.size() >= 20) {
        header = std::clamp<std::size_t>((t[12] >> 4) * 4u, 20, t.size());
        ports();
        f.set("flags", wire::flags_text(t[13]));
        f.set("seq", load_be32(&t[4]));
        f.set("ack", load_be32(&t[8]));
        f.set("win", load_be16(&t[14]));
        f.set("urg", load_be16(&t[18]));
        f.set("options", t.subspan(20, header - 20));
    } else if ((protocol == wire::protocol::udp || protocol == wire::protocol::udplite) && t.size() >= 8) {
        header = 8;
        ports();
        f.set("udp-length", load_be16(&t[4]));
    } else if ((wire::protocol::is_icmp(protocol)) && t.size() >= 8) {
        header = 8;
        f.set("type", t[0]);
        f.set("code", t[1]);
        f.set("rest", load_be32(&t[4]));
    } else if (protocol == wire::protocol::sctp && t.size() >= 12) {
        header = 4;
        ports();
    }
    if (header != 0) {
        if (auto said = judge(t, protocol, addresses); !said.empty()) f.set("checksum", std::move(said));
    }
    f.set("payload", t.subspan(header));
}

void decode_ipv4(const wire::Ipv4View& ip, bool as_piece, Fields& f) {
    f.set("proto", std::string(wire::protocol_name(ip.protocol())));
    f.set("protocol", ip.protocol());
    f.set("src", to_string(ip.source(), Family::ipv4));
    f.set("dst", to_string(ip.destination(), Family::ipv4));
    f.set("ttl", ip.ttl());
    f.set("tos", ip.tos());
    f.set("id", ip.id());
    f.set("df", ip.dont_fragment_set() ? 1 : 0);
    f.set("more", ip.more_fragments_set() ? 1 : 0);
    f.set("offset", ip.fragment_offset() * 8u);
    f.set("reserved", ip.header()[6] >> 7);
    f.set("ip-options", ip.header().subspan(20));
    f.set("ip-checksum", ip.checksum_ok() ? "right" : "wrong");
    const Bytes rest = ip.payload();
    if (as_piece) {
        f.set("data", rest);
    } else if (ip.fragment_offset() != 0) {
        f.set("payload", rest);
    } else {
        decode_transport(rest, ip.protocol(), ip.header().subspan(12, 8), f);
    }
}

void decode_ipv6(const wire::Ipv6View& ip, bool as_piece, Fields& f) {
    wire::Ipv6Extensions extensions(ip);
    Fields found;
    bool later = false;
    // An authentication header is a protocol of its own here, as in IPv4.
    while (extensions.number() != wire::protocol::ah) {
        const auto extension = extensions.next();
        if (!extension) break;
        const Bytes body = extension->bytes.subspan(2);
        if (extension->number == wire::protocol::hop_by_hop) found.set("hopopts", body);
        if (extension->number == wire::protocol::routing) found.set("routing", body);
        if (extension->number == wire::protocol::destination_options) found.set("dstopts", body);
        if (extension->number != wire::protocol::fragment) continue;
        const auto fragment = wire::FragmentView::parse(extension->bytes);
        if (!fragment) break;
        found.set("id", fragment->id());
        found.set("more", fragment->more_fragments() ? 1 : 0);
        found.set("offset", fragment->fragment_offset() * 8u);
        later = fragment->fragment_offset() != 0;
        if (later) found.set("next", fragment->next_header());
    }
    const std::uint8_t protocol = later ? as<std::uint8_t>(found, "next") : extensions.number();
    f.set("proto", std::string(wire::protocol_name(protocol)));
    f.set("protocol", protocol);
    f.set("src", to_string(ip.source(), Family::ipv6));
    f.set("dst", to_string(ip.destination(), Family::ipv6));
    f.set("ttl", ip.hop_limit());
    f.set("tos", ip.traffic_class());
    f.set("flow", ip.flow_label());
    for (const auto& field : found.all()) {
        if (field.name != "next") f.set(field.name, field.value);
    }
    if (as_piece) {
        f.set("data", extensions.rest());
    } else if (later) {
        f.set("payload", extensions.rest());
    } else {
        decode_transport(extensions.rest(), protocol, ip.bytes().subspan(8, 32), f);
    }
}

// Makes the frame's checksums wrong where the fields say so.
void spoil(const Fields& fields, std::uint8_t protocol, std::vector<std::uint8_t>& frame, std::size_t l3) {
    const auto flip = [&](std::size_t at) {
        if (at + 1 < frame.size()) frame[at + 1] ^= 0x55;
    };
    const auto said = [&](const char* name, const char* value) {
        const auto* found = fields.find(name);
        return found != nullptr && *found == value;
    };
    if (fields.v4() && said("ip-checksum", "wrong")) flip(l3 + 10);
    const std::size_t l4 = l3 + (fields.v4() ? (frame[l3] & 15u) * 4u : 40u);
    const std::size_t place = checksum_place(protocol);
    if (place == 0) return;
    if (said("checksum", "wrong")) flip(l4 + place);
    if (said("checksum", "none") && l4 + place + 1 < frame.size()) store_be16(&frame[l4 + place], 0);
}

}  // namespace

Result<std::vector<std::uint8_t>> build_frame(const Fields& f) {
    if (f.has("hex")) return f.bytes("hex");
    wire::PacketBuilder b;
    const auto mac = [&](const char* name) { return parse_mac(*f.find(name)).value_or(Mac{}); };
    b.ethernet(
        {.destination = mac("to"), .source = mac("from"), .type = maybe<std::uint16_t>(f, "ethertype")});
    if (f.has("vlan")) b.vlan({.id = as<std::uint16_t>(f, "vlan")});
    const std::size_t l3 = f.has("vlan") ? 18 : 14;
    const std::uint8_t protocol = protocol_of(f);
    build_network(f, b, protocol);
    if (f.number("offset") == 0 && *f.find("proto") != "ip") build_transport(f, b, protocol);
    const auto payload = f.bytes("payload");
    b.payload(payload);
    if (f.has("pad")) b.pad_to(f.number("pad"));
    auto frame = b.build();
    if (frame.empty() || frame.size() > 65'535) return fail("the packet is too long for a frame");
    spoil(f, protocol, frame, l3);
    if (f.has("cut")) frame.resize(std::min<std::size_t>(frame.size(), l3 + f.number("cut")));
    return frame;
}

Fields decode_frame(Bytes frame, bool as_piece) {
    Fields f;
    if (frame.size() < 14) {
        f.set("hex", frame);
        return f;
    }
    f.set("from", to_string(Mac::load(&frame[6])));
    f.set("to", to_string(Mac::load(frame.data())));
    std::size_t l3 = 14;
    std::uint16_t type = load_be16(&frame[12]);
    if (type == wire::ethertype::vlan && frame.size() >= 18) {
        f.set("vlan", load_be16(&frame[14]) & 0xfff);
        type = load_be16(&frame[16]);
        l3 = 18;
    }
    const Bytes network = frame.subspan(l3);
    if (type == wire::ethertype::ipv4) {
        if (const auto ip = wire::Ipv4View::parse(network)) {
            decode_ipv4(*ip, as_piece, f);
            return f;
        }
    }
    if (type == wire::ethertype::ipv6) {
        if (const auto ip = wire::Ipv6View::parse(network)) {
            decode_ipv6(*ip, as_piece, f);
            return f;
        }
    }
    f.set("ethertype", type);
    f.set("hex", network);
    return f;
}

}  // namespace gatehouse::frontend::scenario

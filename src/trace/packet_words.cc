#include "trace/packet_words.h"

#include <fmt/format.h>

#include "wire/names.h"
#include "wire/protocol.h"

namespace gatehouse::trace {

namespace {

std::string transport_words(const Flat& flat) {
    if (flat.transport != Transport::whole) return {};
    if (flat.protocol == wire::protocol::tcp) return " " + wire::flags_text(flat.tcp_flags);
    if (flat.protocol != wire::protocol::icmp && flat.protocol != wire::protocol::icmpv6) return {};
    const auto type = wire::icmp_type_name(static_cast<std::uint8_t>(flat.sport), is_v4(flat.family));
    std::string text = type.empty() ? fmt::format(" type {}", flat.sport) : fmt::format(" type {}", type);
    if (flat.dport != 0) text += fmt::format(" code {}", flat.dport);
    return text;
}

bool has_ports(const Flat& flat) {
    switch (flat.protocol) {
        case wire::protocol::tcp:
        case wire::protocol::udp:
        case wire::protocol::udplite:
        case wire::protocol::sctp:
        case wire::protocol::dccp: return flat.transport == Transport::whole;
        default: return false;
    }
}

}  // namespace

std::string words(const Flat& flat) {
    if (!flat.network) return "not an IP packet";
    const auto name = wire::protocol_name(flat.protocol);
    const std::string source = to_string(flat.source, flat.family),
                      destination = to_string(flat.destination, flat.family);
    std::string text;
    if (!has_ports(flat)) {
        text = fmt::format("{} {} > {}", name, source, destination);
    } else if (is_v4(flat.family)) {
        text = fmt::format("{} {}:{} > {}:{}", name, source, flat.sport, destination, flat.dport);
    } else {
        text = fmt::format("{} [{}]:{} > [{}]:{}", name, source, flat.sport, destination, flat.dport);
    }
    if (name == "ip") text += fmt::format(" protocol {}", flat.protocol);
    text += transport_words(flat);
    if (flat.fragmented) text += fmt::format(" offset {}", flat.fragment_offset * 8);
    return text;
}

std::string words(const Packet& packet) {
    const Flat& flat = packet.flat;
    if (!flat.network) return fmt::format("a frame of {} bytes", packet.length);
    std::string text = fmt::format("{}, {} bytes, {} {}", words(flat), flat.l3_length,
                                   is_v4(flat.family) ? "ttl" : "hop limit", flat.ttl);
    if (packet.mark.value != 0) text += fmt::format(", mark {:#x}", packet.mark.value);
    return text;
}

}  // namespace gatehouse::trace

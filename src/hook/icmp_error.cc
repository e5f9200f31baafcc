#include "hook/icmp_error.h"

#include <algorithm>

#include "base/checksum.h"
#include "hook/emit.h"
#include "packet/parse.h"
#include "wire/protocol.h"

namespace gatehouse::icmp_error {

namespace {

constexpr std::uint32_t header4 = 20, header6 = 40, icmp_header = 8;
constexpr std::uint32_t longest4 = 576;   // RFC 1812, 4.3.2.3
constexpr std::uint32_t longest6 = 1280;  // RFC 4443, 2.4c

bool is_multicast(const Address& a, Family family) {
    return is_v4(family) ? a.words[0] >> 28 == 0xe : a.words[0] >> 24 == 0xff;
}

bool is_echo_reply(const Packet& packet) {
    if (packet.transport().empty()) return false;
    const std::uint8_t type = packet.l4()[0];
    return is_v4(packet.flat.family)
               ? packet.flat.protocol == wire::protocol::icmp && type == wire::icmp::echo_reply
               : packet.flat.protocol == wire::protocol::icmpv6 && type == wire::icmpv6::echo_reply;
}

bool is_link_local(const Address& a, Family family) {
    return !is_v4(family) && a.words[0] >> 22 == 0xfe80 >> 6;
}

// The types that Linux knows as no errors; one that nobody has assigned, or that it has no use for, counts as
// an error.
bool is_query4(std::uint8_t type) {
    namespace icmp = wire::icmp;
    return type == icmp::echo_reply || type == icmp::echo_request ||
           (type >= icmp::timestamp_request && type <= icmp::address_mask_reply);
}

bool may_answer4(const Packet& packet) {
    const Flat& flat = packet.flat;
    if (packet.type != PacketType::host && packet.type != PacketType::loopback) return false;
    if (is_multicast(flat.destination, Family::ipv4) || flat.destination.words[0] == 0xffffffff) return false;
    if (is_multicast(flat.source, Family::ipv4) || flat.source.is_unspecified()) return false;
    if (flat.fragment_offset != 0) return false;
    if (flat.protocol != wire::protocol::icmp) return true;
    return !packet.transport().empty() && is_query4(packet.l4()[0]);
}

bool may_answer6(const Packet& packet, std::uint8_t type, std::uint8_t code) {
    const Flat& flat = packet.flat;
    const bool about_many = packet.type != PacketType::host || is_multicast(flat.destination, Family::ipv6);
    const bool despite_many =
        type == wire::icmpv6::packet_too_big ||
        (type == wire::icmpv6::parameter_problem && code == wire::icmpv6::unknown_option);
    if (about_many && !despite_many) return false;
    if (is_multicast(flat.source, Family::ipv6) || flat.source.is_unspecified()) return false;
    if (flat.protocol != wire::protocol::icmpv6) return true;
    if (packet.transport().empty() || flat.fragment_offset != 0) return flat.fragment_offset != 0;
    return !wire::icmpv6::is_error(packet.l4()[0]);
}

void write_header4(const Packet& about, Packet& answer, const Address& source, const ip_options::Echo& echo,
                   std::uint16_t id) {
    std::uint8_t* const ip = answer.data;
    ip_options::put(echo, ip);
    // The TOS of the packet, at the precedence of internetwork control (RFC 1812, 4.3.2.5).
    ip[1] = static_cast<std::uint8_t>((about.flat.tos & 0x1e) | 0xc0);
    store_be16(ip + 2, static_cast<std::uint16_t>(answer.length));
    store_be16(ip + 4, id);
    ip[8] = default_ttl;
    ip[9] = wire::protocol::icmp;
    source.store(ip + 12, Family::ipv4);
    echo.first_hop.value_or(about.flat.source).store(ip + 16, Family::ipv4);
    store_be16(ip + 10, checksum::finish(checksum::add({ip, header4 + echo.size})));
}

void write_header6(const Packet& about, Packet& answer, const Address& source) {
    std::uint8_t* const ip = answer.data;
    ip[0] = 0x60;
    store_be16(ip + 4, static_cast<std::uint16_t>(answer.length - header6));
    ip[6] = wire::protocol::icmpv6;
    ip[7] = default_ttl;
    source.store(ip + 8, Family::ipv6);
    about.flat.source.store(ip + 24, Family::ipv6);
}

}  // namespace

bool send(Context& context, std::uint8_t type, std::uint8_t code, std::uint32_t info) {
    const Packet& about = context.packet;
    const Family family = about.flat.family;
    // Linux sends an echo's reply by the very socket that an error would need, and can't.
    if (about.generated && context.hook == Hook::output && is_echo_reply(about)) return false;
    if (!(is_v4(family) ? may_answer4(about) : may_answer6(about, type, code))) return false;

    const auto echo = ip_options::echo(about, context.options);
    if (!echo) return false;
    const std::uint32_t header = is_v4(family) ? header4 + echo->size : header6;
    const Bytes whole = about.network();
    const std::uint32_t room = (is_v4(family) ? longest4 : longest6) - header - icmp_header;
    const Bytes quoted = whole.first(std::min<std::size_t>(whole.size(), room));
    Packet* const answer =
        context.services.emitter->make(header + icmp_header + static_cast<std::uint32_t>(quoted.size()));
    if (answer == nullptr) return false;

    const Address source = context.hook == Hook::input ? about.flat.destination : Address{};
    if (is_v4(family)) {
        write_header4(about, *answer, source, *echo,
                      static_cast<std::uint16_t>(context.services.random->next32()));
    } else {
        write_header6(about, *answer, source);
    }
    std::uint8_t* const icmp = answer->data + header;
    icmp[0] = type;
    icmp[1] = code;
    store_be32(icmp + 4, info);
    std::ranges::copy(quoted, icmp + icmp_header);
    if (is_v4(family)) store_be16(icmp + 2, checksum::finish(checksum::add({icmp, answer->length - header})));
    // An ICMPv6 checksum covers the source, which may still be to choose: the engine sums when it has it.
    answer->flat.l3 = 0;
    context.trace({.kind = TraceKind::generated,
                   .text = is_v4(family) ? "ICMP error" : "ICMPv6 error",
                   .before = type,
                   .after = code});
    const bool of_link = is_link_local(about.flat.source, family);
    context.services.emitter->emit_about(
        answer, about, {.over = of_link ? context.in : InterfaceId::none, .options = echo->options});
    return true;
}

}  // namespace gatehouse::icmp_error

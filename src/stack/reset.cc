#include "stack/reset.h"

#include "hook/emit.h"
#include "packet/edit.h"
#include "route/types.h"
#include "wire/protocol.h"

namespace gatehouse::stack {

namespace {

// A segment that its sender signed (RFC 2385, RFC 5925) gets no reset: without a connection there is no key
// to sign one with. Nor does one whose options can't be read; Linux reads them while a signature has room,
// and minds an authentication option in IPv6 only when there are two.
bool may_be_reset(Bytes options, Family family) {
    constexpr std::size_t shortest_signature = 18, authentication_header = 4;
    bool authenticated = false;
    while (options.size() >= shortest_signature) {
        const std::uint8_t kind = options[0];
        if (kind == wire::tcp_option::end) return true;
        if (kind == wire::tcp_option::nop) {
            options = options.subspan(1);
            continue;
        }
        if (options[1] < 2 || options[1] > options.size() || kind == wire::tcp_option::md5) return false;
        if (kind == wire::tcp_option::authentication) {
            if (is_v4(family) || authenticated || options[1] <= authentication_header) return false;
            authenticated = true;
        }
        options = options.subspan(options[1]);
    }
    return true;
}

}  // namespace

void send_reset(Context& context, const Tunables& tunables) {
    const Packet& packet = context.packet;
    const Bytes segment = packet.transport();
    const std::uint32_t header = static_cast<std::uint32_t>(segment[12] >> 4) * 4;
    const std::uint8_t flags = segment[13];
    if (header < 20 || header > segment.size() || (flags & wire::tcp_flag::rst) != 0) return;
    if (!may_be_reset(segment.subspan(20, header - 20), packet.flat.family)) return;
    const bool v4 = is_v4(packet.flat.family);
    const auto echo = ip_options::echo(packet, context.options);
    if (!echo) return;
    const std::uint32_t ip_header = v4 ? 20u + echo->size : 40u;
    Packet* const reply = context.services.emitter->make(ip_header + 20);
    if (reply == nullptr) return;
    std::uint8_t* const ip = reply->data;
    std::uint8_t* const tcp = ip + ip_header;
    if (v4) {
        ip_options::put(*echo, ip);
        ip[1] = static_cast<std::uint8_t>(packet.flat.tos & 0xfc);
        store_be16(ip + 2, static_cast<std::uint16_t>(reply->length));
        store_be16(ip + 6, 0x4000);  // whole only, and so no identification (RFC 6864)
        ip[8] = tunables.ip_default_ttl;
        ip[9] = wire::protocol::tcp;
        packet.flat.destination.store(ip + 12, Family::ipv4);
        packet.flat.source.store(ip + 16, Family::ipv4);
    } else {
        store_be32(ip, 0x60000000u | static_cast<std::uint32_t>(packet.flat.tos & 0xfc) << 20);
        store_be16(ip + 4, 20);
        ip[6] = wire::protocol::tcp;
        ip[7] = tunables.hop_limit;
        packet.flat.destination.store(ip + 8, Family::ipv6);
        packet.flat.source.store(ip + 24, Family::ipv6);
    }
    store_be16(tcp, packet.flat.dport);
    store_be16(tcp + 2, packet.flat.sport);
    tcp[12] = 5 << 4;
    if ((flags & wire::tcp_flag::ack) != 0) {
        tcp[13] = wire::tcp_flag::rst;
        store_be32(tcp + 4, load_be32(&segment[8]));
    } else {
        tcp[13] = wire::tcp_flag::rst | wire::tcp_flag::ack;
        const std::uint32_t octets = static_cast<std::uint32_t>(segment.size()) - header +
                                     ((flags & wire::tcp_flag::syn) != 0) +
                                     ((flags & wire::tcp_flag::fin) != 0);
        store_be32(tcp + 8, load_be32(&segment[4]) + octets);
    }
    if (v4) edit::renew_network_checksum(*reply);
    context.trace({.kind = TraceKind::generated, .text = "TCP reset"});
    const bool of_link = !v4 && route::is_link_local6(packet.flat.source);
    context.services.emitter->emit(
        reply, packet, {.over = of_link ? context.in : InterfaceId::none, .options = echo->options});
}

}  // namespace gatehouse::stack

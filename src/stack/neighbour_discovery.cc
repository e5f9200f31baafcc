#include "stack/neighbour_discovery.h"

#include "hook/emit.h"
#include "hook/interfaces.h"
#include "route/router.h"
#include "wire/protocol.h"

namespace gatehouse::stack {

namespace {

constexpr std::uint32_t header6 = 40, message = 24, link_option = 8;
constexpr Address all_nodes{{0xff020000, 0, 0, 1}};
constexpr std::uint8_t router_flag = 0x80, solicited = 0x40, override_flag = 0x20;

}  // namespace

bool answer_solicitation(Context& context) {
    const Packet& packet = context.packet;
    const Bytes icmp = packet.transport();
    // RFC 4861, 7.1.1.
    if (packet.flat.ttl != 255 || icmp.size() < message || icmp[1] != 0) return false;
    const Address target = Address::load(&icmp[8], Family::ipv6);
    if (route::is_multicast6(target)) return false;
    const route::Router& router = *context.services.router;
    if (!router.is_own(target, Family::ipv6, context.in)) return false;
    const bool probe = packet.flat.source.is_unspecified();
    const bool to_group = route::is_multicast6(packet.flat.destination);
    if (probe && !to_group) return false;

    // Whoever asked one host alone knows its link address already.
    const std::uint32_t length = message + (to_group ? link_option : 0);
    Packet* const reply = context.services.emitter->make(header6 + length);
    if (reply == nullptr) return true;
    std::uint8_t* const ip = reply->data;
    std::uint8_t* const out = ip + header6;
    ip[0] = 0x60;
    store_be16(ip + 4, static_cast<std::uint16_t>(length));
    ip[6] = wire::protocol::icmpv6;
    ip[7] = 255;
    target.store(ip + 8, Family::ipv6);
    (probe ? all_nodes : packet.flat.source).store(ip + 24, Family::ipv6);
    out[0] = wire::icmpv6::neighbour_advertisement;
    out[4] = static_cast<std::uint8_t>(override_flag | (probe ? 0 : solicited));
    if (router.tunables(context.in).forwarding6) out[4] |= router_flag;
    target.store(out + 8, Family::ipv6);
    if (to_group) {
        out[message] = wire::nd_option::target_link_address;
        out[message + 1] = 1;
        (*context.services.interfaces)[context.in].mac.store(out + message + 2);
    }
    context.trace({.kind = TraceKind::generated, .text = "neighbour advertisement"});
    context.services.emitter->emit_back(reply, packet);
    return true;
}

}  // namespace gatehouse::stack

#include "stack/arp.h"

#include <cstring>

#include "hook/emit.h"
#include "hook/interfaces.h"
#include "route/router.h"
#include "wire/protocol.h"

namespace gatehouse::stack {

namespace {

// Offsets in an ARP packet for Ethernet and IPv4.
constexpr std::uint32_t operation = 6, sender_mac = 8, sender_ip = 14, target_mac = 18, target_ip = 24,
                        arp_length = 28;
constexpr std::uint32_t ethernet_header = 14;
constexpr std::uint8_t ethernet_ipv4[] = {0, 1, 8, 0, 6, 4};

}  // namespace

void answer_arp(Context& context) {
    const Packet& request = context.packet;
    if (request.length < request.flat.l3 + arp_length) return;
    const std::uint8_t* const arp = request.data + request.flat.l3;
    if (std::memcmp(arp, ethernet_ipv4, sizeof ethernet_ipv4) != 0 || load_be16(arp + operation) != 1) return;
    const Address target = Address::load(arp + target_ip, Family::ipv4);
    const Address sender = Address::load(arp + sender_ip, Family::ipv4);
    const route::Router& router = *context.services.router;
    if (route::is_loopback4(target) || route::is_multicast4(target)) return;
    if (router.address_type(target, Family::ipv4) != route::RouteType::local) return;
    // A probe (RFC 5227) has no sender yet; anybody else must be reachable where the request came from.
    if (!sender.is_unspecified()) {
        const route::Decision way =
            router.output({.family = Family::ipv4, .source = target, .destination = sender});
        if (way.kind == route::Kind::drop || way.interface != context.in) return;
    }
    Packet* const reply = context.services.emitter->make(ethernet_header + arp_length);
    if (reply == nullptr) return;
    const Mac own = (*context.services.interfaces)[context.in].mac;
    std::uint8_t* const to = reply->data + ethernet_header;
    std::memcpy(reply->data, arp + sender_mac, 6);
    own.store(reply->data + 6);
    store_be16(reply->data + 12, wire::ethertype::arp);
    std::memcpy(to, ethernet_ipv4, sizeof ethernet_ipv4);
    store_be16(to + operation, 2);
    own.store(to + sender_mac);
    target.store(to + sender_ip, Family::ipv4);
    std::memcpy(to + target_mac, arp + sender_mac, 6);
    sender.store(to + target_ip, Family::ipv4);
    context.services.emitter->emit_frame(reply, request);
}

}  // namespace gatehouse::stack

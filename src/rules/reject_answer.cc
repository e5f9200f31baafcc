#include "rules/reject_answer.h"

#include "base/checksum.h"
#include "hook/emit.h"
#include "hook/icmp_error.h"
#include "packet/reason.h"
#include "packet/transport_sum.h"
#include "route/router.h"
#include "rules/selectors.h"
#include "track/tracking.h"
#include "wire/ipv4.h"
#include "wire/protocol.h"

namespace gatehouse::rules {

namespace {

namespace protocol = wire::protocol;

constexpr std::uint32_t tcp_header = 20;
constexpr std::uint16_t dont_fragment = 0x4000;

bool has_been_summed(const Packet& packet) {
    const std::uint8_t number = packet.flat.protocol;
    const bool verified = number == protocol::tcp || number == protocol::udp || number == protocol::icmp;
    return verified && static_cast<track::Info>(packet.connection.info) >= track::Info::fresh;
}

bool sums_up(const Packet& packet) {
    const Bytes segment = packet.transport();
    const std::uint8_t number = packet.flat.protocol;
    const bool pseudo = !is_v4(packet.flat.family) || number == protocol::tcp || number == protocol::udp;
    const std::uint64_t start = pseudo ? transport_sum::pseudo_sum(packet.flat, number, segment.size()) : 0;
    // Linux sums an IPv4 packet from its header on, which adds nothing unless the options changed; and what
    // tracking has found right when it came, before they did, isn't summed again.
    const bool from_header = is_v4(packet.flat.family) && !has_been_summed(packet);
    const Bytes summed = from_header ? packet.network() : segment;
    return checksum::fold(checksum::add(summed, start)) == 0xffff;
}

bool is_unicast(const Context& context, const Address& address) {
    const Family family = context.family();
    const bool multicast = is_v4(family) ? route::is_multicast4(address) : route::is_multicast6(address);
    if (multicast || address.is_unspecified()) return false;
    if (!is_v4(family)) return true;
    if (route::is_limited_broadcast(address)) return false;
    const route::Router* const router = context.services.router;
    return router == nullptr || router->address_type(address, family) != route::RouteType::broadcast;
}

void write_network4(const Flat& flat, Packet& answer) {
    std::uint8_t* const ip = answer.data;
    ip[0] = 0x45;
    store_be16(ip + 2, static_cast<std::uint16_t>(answer.length));
    store_be16(ip + 6, dont_fragment);
    ip[8] = default_ttl;
    ip[9] = protocol::tcp;
    flat.destination.store(ip + 12, Family::ipv4);
    flat.source.store(ip + 16, Family::ipv4);
    store_be16(ip + 10, checksum::finish(checksum::add({ip, 20})));
}

void write_network6(const Flat& flat, Packet& answer) {
    std::uint8_t* const ip = answer.data;
    ip[0] = 0x60;
    store_be16(ip + 4, tcp_header);
    ip[6] = protocol::tcp;
    ip[7] = default_ttl;
    flat.destination.store(ip + 8, Family::ipv6);
    flat.source.store(ip + 24, Family::ipv6);
}

// The segment that takes back `segment`, a TCP segment of which at least the fixed header is there.
void write_segment(const Flat& flat, Bytes segment, std::uint8_t* tcp) {
    namespace flag = wire::tcp_flag;
    store_be16(tcp, load_be16(&segment[2]));
    store_be16(tcp + 2, load_be16(&segment[0]));
    tcp[12] = (tcp_header / 4) << 4;
    tcp[13] = flag::rst;
    const std::uint8_t flags = segment[13];
    if ((flags & flag::ack) != 0) {
        store_be32(tcp + 4, load_be32(&segment[8]));
    } else {
        // SYN and FIN count one each; a data offset that lies is believed, as Linux does.
        const std::uint32_t header = (segment[12] >> 4) * 4u;
        const std::uint32_t ends =
            ((flags & flag::syn) != 0 ? 1u : 0u) + ((flags & flag::fin) != 0 ? 1u : 0u);
        store_be32(tcp + 8,
                   load_be32(&segment[4]) + ends + static_cast<std::uint32_t>(segment.size()) - header);
        tcp[13] |= flag::ack;
    }
    const std::uint64_t pseudo = transport_sum::pseudo_sum(flat, protocol::tcp, tcp_header);
    store_be16(tcp + 16, checksum::finish(checksum::add({tcp, tcp_header}, pseudo)));
}

}  // namespace

bool fit_to_answer(const Packet& packet) {
    const Flat& flat = packet.flat;
    if (flat.fragment_offset != 0) return false;
    if (packet.checksum != ChecksumState::unknown) return true;
    const Bytes segment = packet.transport();
    if (!is_v4(flat.family) && (segment.empty() || flat.extensions_broken())) return false;
    switch (flat.protocol) {
        case protocol::gre:
        case protocol::ah:
        case protocol::esp:
        case protocol::sctp:
        case protocol::udplite: return true;
        case protocol::udp:
            if (segment.size() >= 8 && load_be16(&segment[6]) == 0) return true;
            break;
        default: break;
    }
    return sums_up(packet);
}

void send_reset(Context& context) {
    const Packet& about = context.packet;
    const Flat& flat = about.flat;
    const Bytes segment = about.transport();
    if (flat.protocol != protocol::tcp || flat.fragment_offset != 0) return;
    if (segment.size() < tcp_header || (segment[13] & wire::tcp_flag::rst) != 0) return;
    if (!is_unicast(context, flat.source) || !is_unicast(context, flat.destination)) return;
    if (about.checksum == ChecksumState::unknown && !sums_up(about)) return;

    const std::uint32_t header = is_v4(flat.family) ? 20 : 40;
    Packet* const answer = context.services.emitter->make(header + tcp_header);
    if (answer == nullptr) return;
    if (is_v4(flat.family)) {
        write_network4(flat, *answer);
    } else {
        write_network6(flat, *answer);
    }
    write_segment(flat, segment, answer->data + header);
    answer->flat.l3 = 0;
    context.trace({.kind = TraceKind::generated, .text = "TCP reset"});
    context.services.emitter->emit_about(answer, about);
    if (context.services.tracking != nullptr) context.services.tracking->set_closing(about);
}

void send_unreachable(Context& context, std::uint8_t code) {
    if (!fit_to_answer(context.packet)) return;
    const bool v4 = is_v4(context.family());
    if (v4 && !is_unicast(context, context.packet.flat.destination)) return;
    icmp_error::send(context, v4 ? wire::icmp::unreachable : wire::icmpv6::unreachable, code);
}

Outcome rejected(Context& context) {
    context.finding = {.reason = Reason::rejected};
    return Outcome::drop;
}

Result<void> check_reset(const Facts& facts) {
    const Selectors& selectors = *facts.selectors;
    if (selectors.protocol == protocol::tcp && !selectors.protocol_inverted) return {};
    return fail("`--reject-with tcp-reset` needs a rule for TCP (`-p tcp`)");
}

Result<std::uint32_t> RejectType::read(Words words, Family family) const {
    for (const auto& row : names) {
        if (!words[0].empty() && value::begins_with(row.name, words[0])) return row.number;
    }
    return OneOf::read(words, family);
}

}  // namespace gatehouse::rules

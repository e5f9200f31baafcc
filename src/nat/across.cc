#include "nat/across.h"

#include <algorithm>
#include <utility>

#include "base/checksum.h"
#include "defrag/whole.h"
#include "nat/headers_across.h"
#include "packet/edit.h"
#include "packet/parse.h"
#include "packet/reason.h"
#include "packet/transport_sum.h"
#include "wire/ipv4.h"
#include "wire/ipv6.h"

namespace gatehouse::nat {

namespace {

namespace protocol = wire::protocol;

using protocol::is_icmp;

Finding unfit4(const Packet& packet) {
    const auto header = wire::Ipv4View::parse(packet.network());
    if (!header) return {};
    constexpr std::size_t pointer_at = 2;
    wire::Ipv4Options options = header->options();
    while (const auto option = options.next()) {
        const bool route = option->kind == wire::ipv4_option::loose_source_route ||
                           option->kind == wire::ipv4_option::strict_source_route;
        // Behind its end the pointer says that the route has been gone.
        if (route && option->bytes.size() > pointer_at && option->bytes[pointer_at] <= option->bytes.size())
            return {.reason = Reason::nat64_source_route, .numbers = {option->offset}};
    }
    return {};
}

Finding unfit6(const Packet& packet) {
    const auto header = wire::Ipv6View::parse(packet.network());
    if (!header) return {};
    constexpr std::uint32_t segments_left_at = 3;
    wire::Ipv6Extensions extensions(*header);
    while (const auto extension = extensions.next()) {
        if (extension->number == protocol::ah)
            return {.reason = Reason::nat64_protocol, .numbers = {protocol::ah}};
        if (extension->number == protocol::routing && extension->bytes[segments_left_at] != 0)
            return {.reason = Reason::nat64_source_route, .numbers = {extension->offset + segments_left_at}};
    }
    return {};
}

// A datagram that was put together leaves in pieces no larger than they came, their headers being of another
// size; IPv6's least MTU is good for what IPv4's routers might have cut.
void note_pieces(Packet& packet, bool to_v4, bool may_be_cut) {
    constexpr std::uint16_t differ = 28, least_mtu6 = 1280;  // IPv6's header and fragment header, and IPv4's
    defrag::Whole* const whole = defrag::Whole::of(packet);
    if (whole == nullptr) return;
    whole->misread_at = 0;
    if (to_v4) {
        whole->largest = static_cast<std::uint16_t>(std::max<std::uint16_t>(whole->largest, differ) - differ);
    } else {
        whole->largest = static_cast<std::uint16_t>(whole->largest + differ);
        if (may_be_cut) whole->largest = std::min(whole->largest, least_mtu6);
    }
}

// The network header of the other family in place of the one there, which may have options or extensions.
Finding replace_header(Packet& packet, const HeadAcross& head, const track::Tuple& as) {
    const std::uint32_t size = is_v4(as.family) ? header4 : header6;
    const auto grows = static_cast<std::int32_t>(size) - (packet.flat.l4 - packet.flat.l3);
    if (!edit::resize_at(packet, 0, grows)) {
        return {.reason = Reason::edit_out_of_room,
                .numbers = {static_cast<std::uint32_t>(grows), packet.headroom() + packet.tailroom()}};
    }
    put_header(packet.l3(), head, as.family, as.source, as.destination);
    packet.changed = true;
    packet.summed_header = 0;
    if (packet.segmentation == SegmentationType::tcp4 || packet.segmentation == SegmentationType::tcp6)
        packet.segmentation = is_v4(as.family) ? SegmentationType::tcp4 : SegmentationType::tcp6;
    return parse_network(packet);
}

std::uint64_t pseudo_sum(const Packet& packet) {
    return packet.flat.protocol == protocol::icmp ? 0 : transport_sum::pseudo_sum(packet);
}

// The transport checksum follows what it covers, which was `before` and is `after`.
void follow(Packet& packet, std::uint64_t before, std::uint64_t after) {
    const auto kind = transport_sum::kind_of(packet);
    if (!kind) return;
    std::uint8_t* const field = packet.l4() + kind->field;
    const std::uint16_t old = load_be16(field);
    if (packet.checksum == ChecksumState::partial) {
        store_be16(field, checksum::fold(transport_sum::pseudo_sum(packet)));
    } else if (kind->zero_is_none && old == 0) {
        if (!is_v4(packet.flat.family)) edit::renew_transport_checksum(packet);
    } else {
        const std::uint16_t now = checksum::finish((old ^ 0xffffu) + std::uint64_t{checksum::fold(after)} +
                                                   static_cast<std::uint16_t>(~checksum::fold(before)));
        store_be16(field, now == 0 && kind->zero_is_none ? std::uint16_t{0xffff} : now);
    }
}

}  // namespace

Finding unfit_to_cross(const Packet& packet) {
    return is_v4(packet.flat.family) ? unfit4(packet) : unfit6(packet);
}

bool may_be_cut4(const Packet& packet) {
    return is_v4(packet.flat.family) && (load_be16(packet.l3() + 6) & wire::Ipv4View::dont_fragment) == 0;
}

Finding cross(Packet& packet, const track::Tuple& as, std::uint16_t id) {
    const bool to_v4 = is_v4(as.family), icmp = is_icmp(packet.flat.protocol);
    if (icmp) edit::complete_checksum(packet);  // over other bytes than before
    const bool cuttable = to_v4 ? defrag::Whole::of(packet) != nullptr : may_be_cut4(packet);
    note_pieces(packet, to_v4, cuttable);
    const HeadAcross head = head_across(packet.network(), packet.flat.family,
                                        {.protocol = as.protocol,
                                         .payload = packet.transport().size(),
                                         .came_in_pieces = cuttable,
                                         .id = id});
    std::uint64_t before = pseudo_sum(packet), after = 0;
    if (icmp) {
        std::uint8_t* const message = packet.l4();
        const IcmpHead from{message[0], message[1], 0};
        const auto to = to_v4 ? icmp_to_v4(from, {}) : icmp_to_v6(from, {}, 0);
        if (!to) return {.reason = Reason::nat64_icmp, .numbers = {from.type, from.code}};
        before += load_be16(message);
        message[0] = to->type;
        message[1] = to->code;
        after = load_be16(message);
    }
    if (const Finding finding = replace_header(packet, head, as)) return finding;
    follow(packet, before, after + pseudo_sum(packet));
    constexpr std::uint16_t id_at = 4;
    if (icmp) {
        edit::set_transport16(packet, id_at, as.ends.source);
    } else {
        edit::set_source_port(packet, as.ends.source);
        edit::set_destination_port(packet, as.ends.destination);
    }
    return {};
}

namespace {

// How much of an error's quote is the packet it is about: routers may have appended what isn't, in which case
// they say how long the packet is there (RFC 4884, 4): it goes no further.
Bytes quoted_part(Bytes message, Family family) {
    constexpr std::size_t icmp_header = 8;
    const Bytes quote = message.subspan(icmp_header);
    const bool v4 = is_v4(family);
    const std::size_t said = v4 ? message[5] * 4u : message[4] * 8u;
    const bool may_say =
        v4 ? message[0] != wire::icmp::source_quench && message[0] != wire::icmp::redirect
           : message[0] == wire::icmpv6::unreachable || message[0] == wire::icmpv6::time_exceeded;
    return may_say && said != 0 ? quote.first(std::min(said, quote.size())) : quote;
}

}  // namespace

Finding cross_error(Packet& packet, const ErrorAcross& as) {
    constexpr std::size_t icmp_header = 8, longest6 = 1280;  // RFC 4443, 2.4c
    const Family from = packet.flat.family, family = as.quoted.family;
    const bool to_v4 = is_v4(family);
    const Bytes message = packet.transport();
    const Bytes quote = quoted_part(message, from);
    const IcmpHead told{message[0], message[1], load_be32(&message[4])};
    const auto head = to_v4 ? icmp_to_v4(told, as.links)
                            : icmp_to_v6(told, as.links, quote.size() < 4 ? 0 : load_be16(&quote[2]));
    if (!head) return {.reason = Reason::nat64_icmp, .numbers = {told.type, told.code}};

    std::array<std::uint8_t, longest6> room{};
    const std::size_t header = to_v4 ? header4 : header6;
    const auto quoted =
        quote_across(quote, from, as.quoted, MutableBytes(room).subspan(header + icmp_header));
    if (!quoted)
        return {.reason = Reason::nat_bad_quote, .numbers = {static_cast<std::uint32_t>(quote.size())}};
    const std::size_t total = header + icmp_header + *quoted;
    std::uint8_t* const icmp = &room[header];
    icmp[0] = head->type;
    icmp[1] = head->code;
    store_be32(icmp + 4, head->rest);
    const HeadAcross outer = head_across(
        packet.network(), from,
        {.protocol = track::protocol_in(family, protocol::icmp), .payload = total - header, .id = as.id});
    put_header(room.data(), outer, family, as.source, as.quoted.source);

    const auto grows = static_cast<std::int32_t>(total) - packet.flat.l3_length;
    if (!edit::resize_at(packet, 0, grows)) {
        return {.reason = Reason::edit_out_of_room,
                .numbers = {static_cast<std::uint32_t>(grows), packet.headroom() + packet.tailroom()}};
    }
    std::ranges::copy(Bytes(room).first(total), packet.l3());
    packet.checksum = ChecksumState::unknown;
    packet.changed = true;
    if (const Finding finding = parse_network(packet)) return finding;
    edit::renew_transport_checksum(packet);
    return {};
}

}  // namespace gatehouse::nat

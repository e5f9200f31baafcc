// Fuzzes everything that reads or edits a frame: the views and their walks, parse_frame, and random edits,
// each of which must leave every checksum that was right, right.
//
// The input's first four bytes choose the edits and the room around the frame; the rest is the frame.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "base/random.h"
#include "packet/edit.h"
#include "packet/parse.h"
#include "packet/reason.h"
#include "packet/transport_sum.h"
#include "wire/arp.h"
#include "wire/dccp.h"
#include "wire/ethernet.h"
#include "wire/gre.h"
#include "wire/icmp.h"
#include "wire/ipsec.h"
#include "wire/ipv4.h"
#include "wire/ipv6.h"
#include "wire/nd.h"
#include "wire/pppoe.h"
#include "wire/sctp.h"
#include "wire/tcp.h"
#include "wire/udp.h"

namespace {

using namespace gatehouse;

void require(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "doesn't hold: %s\n", what);
    std::abort();
}

std::uint64_t touched = 0;

// Reads every byte of a span, so that the sanitizers see where it ends.
void touch(Bytes bytes) {
    for (const std::uint8_t byte : bytes) touched += byte;
}

template <class Walk>
void walk(Walk items) {
    while (const auto item = items.next()) touch(item->bytes);
    touched += items.fault().has_value();
}

void read_transport(Bytes bytes) {
    if (const auto v = wire::TcpView::parse(bytes)) {
        touch(v->payload());
        walk(v->options());
        wire::TcpOptions options = v->options();
        while (const auto option = options.next()) {
            touched += option->mss().value_or(0) + option->window_scale().value_or(0);
            touched += option->timestamps().has_value();
            for (std::size_t i = 0; i < option->sack_count(); ++i) touched += option->sack(i).right;
        }
    }
    if (const auto v = wire::UdpView::parse(bytes)) {
        touch(v->payload());
        touch(v->surplus());
    }
    if (const auto v = wire::UdpLiteView::parse(bytes)) touch(bytes.first(v->coverage()));
    for (const Family family : {Family::ipv4, Family::ipv6}) {
        if (const auto v = wire::IcmpView::parse(bytes, family)) {
            touched += v->is_error() + v->has_id() + v->mtu();
            touch(v->payload());
        }
    }
    if (const auto v = wire::NdView::parse(bytes)) {
        if (v->has_target()) touched += v->target().words[0];
        wire::NdOptions options = v->options();
        while (const auto option = options.next()) {
            touched += option->link_address().has_value() + option->mtu().value_or(0);
            touched += option->prefix().has_value();
            if (const auto inner = option->redirected()) touch(*inner);
        }
    }
    if (const auto v = wire::SctpView::parse(bytes)) {
        touched += v->checksum_ok();
        walk(v->chunks());
    }
    if (const auto v = wire::DccpView::parse(bytes)) {
        touched += v->sequence();
        touch(v->payload());
    }
    if (const auto v = wire::GreView::parse(bytes)) {
        touched += v->checksum_ok() + v->key().value_or(0) + v->sequence().value_or(0);
        touched += v->acknowledgment().value_or(0);
        touch(v->payload());
    }
    if (const auto v = wire::AhView::parse(bytes)) {
        touch(v->check_value());
        touch(v->payload());
    }
    if (const auto v = wire::EspView::parse(bytes)) touch(v->ciphertext());
}

void read_network(Bytes bytes) {
    for (const auto& v : {wire::Ipv4View::parse(bytes), wire::Ipv4View::parse_embedded(bytes)}) {
        if (!v) continue;
        walk(v->options());
        touched += v->checksum_ok();
        touch(v->payload());
        read_transport(v->payload());
    }
    for (const auto& v : {wire::Ipv6View::parse(bytes), wire::Ipv6View::parse_embedded(bytes)}) {
        if (!v) continue;
        wire::Ipv6Extensions extensions(*v);
        while (const auto extension = extensions.next()) {
            walk(wire::Ipv6Options(extension->bytes));
            if (const auto r = wire::RoutingView::parse(extension->bytes)) touched += r->segments_left();
            if (const auto f = wire::FragmentView::parse(extension->bytes)) touched += f->id();
        }
        touch(extensions.rest());
        read_transport(extensions.rest());
        const auto place = wire::find_transport(v->bytes());
        touch(v->bytes().subspan(place.offset));
    }
    if (const auto v = wire::ArpView::parse(bytes)) touched += v->target().words[0];
    if (const auto v = wire::PppoeView::parse(bytes)) touch(v->payload());
    if (const auto v = wire::LlcView::parse(bytes)) touch(v->payload());
}

// A copy of the packet whose checksums are computed anew must be the packet itself.
void require_right_sums(const Packet& packet) {
    std::vector<std::uint8_t> bytes(packet.buffer, packet.buffer + packet.capacity);
    Packet copy = packet;
    copy.buffer = bytes.data();
    copy.data = bytes.data() + packet.headroom();
    const auto kind = transport_sum::kind_of(copy);
    const bool unsummed = copy.checksum != ChecksumState::partial && kind && kind->zero_is_none &&
                          load_be16(copy.l4() + kind->field) == 0;
    edit::renew_network_checksum(copy);
    if (!unsummed) edit::renew_transport_checksum(copy);
    require(std::ranges::equal(copy.bytes(), packet.bytes()), "the incremental checksums are right");
}

void edit_at_random(Packet& packet, Random& random) {
    const auto address = [&] {
        Address a;
        a.words[0] = random.next32();
        if (!is_v4(packet.flat.family)) {
            for (unsigned i = 1; i < 4; ++i) a.words[i] = random.next32();
        }
        return a;
    };
    const auto word = [&] { return static_cast<std::uint16_t>(random.next32()); };
    switch (random.below(8)) {
        case 0: edit::set_source(packet, address()); break;
        case 1: edit::set_destination(packet, address()); break;
        case 2: edit::set_ttl(packet, static_cast<std::uint8_t>(word())); break;
        case 3: edit::set_tos(packet, static_cast<std::uint8_t>(word())); break;
        case 4: edit::set_source_port(packet, word()); break;
        case 5: edit::set_destination_port(packet, word()); break;
        case 6: edit::set_transport16(packet, 0, word()); break;
        default: {
            std::vector<std::uint8_t> with(random.below(48));
            for (auto& byte : with) byte = static_cast<std::uint8_t>(random.next32());
            edit::replace_payload(packet, random.below(64), random.below(64), with);
        }
    }
}

void require_inside(const Packet& packet) {
    const Flat& flat = packet.flat;
    require(flat.l3 + flat.l3_length <= packet.length, "the network packet lies in the frame");
    require(flat.l3 <= flat.l4 && flat.l4 <= flat.l3 + flat.l3_length, "the transport header lies in it");
    touch(packet.transport());
}

void edit_and_verify(Packet& packet, Random& random) {
    // Checksums that the input had wrong are made right first; a length or coverage that lies stays out of
    // it.
    if (packet.flat.transport == Transport::whole && !transport_sum::covered(packet)) return;
    edit::renew_network_checksum(packet);
    edit::renew_transport_checksum(packet);
    const auto kind = transport_sum::kind_of(packet);
    const bool partial = kind && kind->pseudo && !packet.flat.fragmented && random.below(3) == 0;
    if (partial) {
        packet.checksum = ChecksumState::partial;
        packet.checksum_start = packet.flat.l4;
        packet.checksum_offset = kind->field;
        edit::renew_transport_checksum(packet);
    }
    for (std::uint32_t edits = random.below(6); edits > 0; --edits) {
        edit_at_random(packet, random);
        require_inside(packet);
        require_right_sums(packet);
    }
    if (partial) edit::complete_checksum(packet);
    // A hop-by-hop packet with no payload length takes in the padding: it may have been resized since.
    const Flat before = packet.flat;
    Packet again = packet;
    again.flat = Flat{.l3 = before.l3};
    again.generated = true;
    if (parse_network(again).reason == Reason::none) {
        require(again.flat.source == before.source && again.flat.destination == before.destination &&
                    again.flat.l4 == before.l4 && again.flat.l3_length == before.l3_length &&
                    again.flat.sport == before.sport && again.flat.dport == before.dport,
                "the flat view is what parsing afresh gives");
    } else {
        require(false, "an edited packet is still a good one");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 4 || size - 4 > 9'000) return 0;
    Random random(load_be32(data));
    const Bytes frame{data + 4, size - 4};

    // Views see exactly the input, in memory of its own, so that a read past its end is caught.
    const std::vector<std::uint8_t> exact(frame.begin(), frame.end());
    if (const auto ethernet = wire::EthernetView::parse(exact)) {
        touched += ethernet->type();
        for (std::size_t i = 0; i < ethernet->tag_count(); ++i) touched += ethernet->tag(i).id();
        read_network(ethernet->payload());
    }
    read_network(exact);
    read_transport(exact);

    const std::uint32_t headroom = random.below(80), tailroom = random.below(80);
    std::vector<std::uint8_t> buffer(headroom + frame.size() + tailroom);
    if (!frame.empty()) std::copy(frame.begin(), frame.end(), buffer.begin() + headroom);
    Packet packet;
    packet.buffer = buffer.data();
    packet.data = buffer.data() + headroom;
    packet.length = static_cast<std::uint32_t>(frame.size());
    packet.capacity = static_cast<std::uint32_t>(buffer.size());
    const Parsed parsed = parse_frame(packet);
    if (!packet.flat.network) return 0;
    require_inside(packet);
    touched += edit::transport_checksum_ok(packet);
    if (!parsed.finding) edit_and_verify(packet, random);
    return 0;
}

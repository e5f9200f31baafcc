#include "io/synthetic.h"

#include <algorithm>
#include <cassert>

#include "base/checksum.h"
#include "wire/protocol.h"

namespace gatehouse::io {

namespace {

namespace tcp_flag = wire::tcp_flag;

constexpr std::uint32_t ethernet_length = 14;
constexpr std::uint32_t mtu = 1500;
constexpr std::uint32_t udp_length = 8;
constexpr std::uint32_t tcp_length = 32;      // with the timestamps option
constexpr std::uint32_t tcp_syn_length = 40;  // with all that a SYN offers
constexpr std::array<std::uint16_t, 6> tcp_ports{443, 443, 443, 80, 22, 25};
constexpr std::array<std::uint16_t, 4> udp_ports{53, 53, 443, 123};

constexpr std::uint32_t network_length(Family family) { return is_v4(family) ? 20 : 40; }

}  // namespace

SyntheticTraffic::SyntheticTraffic(const SyntheticOptions& options)
    : options_(options), random_(options.seed), now_(options.start), flows_(options.flows) {
    assert(options.flows > 0);
    for (Flow& flow : flows_) renew(flow);
}

void SyntheticTraffic::renew(Flow& flow) {
    flow = Flow{};
    flow.family = random_.below(100) < options_.ipv6_percent ? Family::ipv6 : Family::ipv4;
    flow.udp = random_.below(100) < options_.udp_percent;
    if (is_v4(flow.family)) {
        flow.client.address = Address::v4(0x0a000000 | (2 + random_.below(0xfffd)));
        flow.server.address = Address::v4(0xc6120000 | (1 + random_.below(0x1fffe)));
    } else {
        flow.client.address = {{0xfd000010, 0, 0, 2 + random_.below(0xfffd)}};
        flow.server.address = {{0x20010db8, random_.below(0x10000), 0, 1 + random_.below(0xffff)}};
    }
    flow.client.port = static_cast<std::uint16_t>(32768 + random_.below(28232));
    flow.server.port =
        flow.udp ? udp_ports[random_.below(udp_ports.size())] : tcp_ports[random_.below(tcp_ports.size())];
    flow.client.sequence = random_.next32();
    flow.server.sequence = random_.next32();
    flow.rounds = static_cast<std::uint8_t>(1 + random_.below(flow.udp ? 2 : 4));
}

// What the conversation says next. An answer is small (a page's part), middling or a download.
SyntheticTraffic::Segment SyntheticTraffic::advance(Flow& flow) {
    if (flow.udp) return advance_udp(flow);
    const std::uint32_t largest = mtu - network_length(flow.family) - tcp_length;
    constexpr std::uint8_t ack = tcp_flag::ack, push = tcp_flag::psh | tcp_flag::ack;
    if (flow.unacknowledged) {
        flow.unacknowledged = false;
        return {.flags = ack};
    }
    switch (flow.stage) {
        case Stage::open: flow.stage = Stage::opened; return {.flags = tcp_flag::syn};
        case Stage::opened:
            flow.stage = Stage::established;
            flow.unacknowledged = true;
            return {.from_client = false, .flags = tcp_flag::syn | ack};
        case Stage::established: {
            flow.stage = Stage::answering;
            constexpr std::array<std::uint32_t, 4> sizes{400, 4'000, 15'000, 60'000};
            flow.to_answer = 1 + random_.below(sizes[random_.below(sizes.size())]);
            return {.flags = push, .payload = 60 + random_.below(540)};
        }
        case Stage::answering: {
            const std::uint32_t payload = std::min(flow.to_answer, largest);
            flow.to_answer -= payload;
            flow.unacknowledged = flow.to_answer == 0 || random_.below(2) == 0;
            if (flow.to_answer == 0) flow.stage = --flow.rounds == 0 ? Stage::closing : Stage::established;
            return {.from_client = false, .flags = flow.to_answer == 0 ? push : ack, .payload = payload};
        }
        case Stage::closing: flow.stage = Stage::closed; return {.flags = tcp_flag::fin | ack};
        case Stage::closed:
        case Stage::over: break;
    }
    flow.stage = Stage::over;
    flow.unacknowledged = true;
    return {.from_client = false, .flags = tcp_flag::fin | ack};
}

SyntheticTraffic::Segment SyntheticTraffic::advance_udp(Flow& flow) {
    if (flow.stage == Stage::open) {
        flow.stage = Stage::answering;
        return {.payload = 30 + random_.below(50)};
    }
    flow.stage = --flow.rounds == 0 ? Stage::over : Stage::open;
    const bool large = flow.server.port == 443;
    return {.from_client = false, .payload = large ? 1'200 : 40 + random_.below(400)};
}

// The addresses of a frame on its way to the router, and its Ethertype.
std::uint32_t SyntheticTraffic::put_ethernet(const Flow& flow, bool from_client) {
    (from_client ? options_.inside_router : options_.outside_router).store(frame_.data());
    (from_client ? options_.inside_host : options_.outside_host).store(frame_.data() + 6);
    store_be16(frame_.data() + 12, is_v4(flow.family) ? wire::ethertype::ipv4 : wire::ethertype::ipv6);
    return ethernet_length;
}

// The IP header in front of `length` bytes.
std::uint32_t SyntheticTraffic::put_network(const Flow& flow, const Side& from, const Side& to,
                                            std::uint32_t length) {
    std::uint8_t* at = frame_.data() + ethernet_length;
    const std::uint8_t protocol = flow.udp ? wire::protocol::udp : wire::protocol::tcp;
    if (is_v4(flow.family)) {
        std::fill_n(at, 20, std::uint8_t{0});
        at[0] = 0x45;
        store_be16(at + 2, static_cast<std::uint16_t>(20 + length));
        store_be16(at + 4, static_cast<std::uint16_t>(random_.next32()));
        store_be16(at + 6, 0x4000);  // don't fragment
        at[8] = 64;
        at[9] = protocol;
        from.address.store(at + 12, flow.family);
        to.address.store(at + 16, flow.family);
        store_be16(at + 10, checksum::finish(checksum::add({at, 20})));
        return 20;
    }
    store_be32(at, 0x60000000);
    store_be16(at + 4, static_cast<std::uint16_t>(length));
    at[6] = protocol;
    at[7] = 64;
    from.address.store(at + 8, flow.family);
    to.address.store(at + 24, flow.family);
    return 40;
}

// A TCP header with options, its checksum zero. A SYN offers what Linux offers, in Linux's order.
std::uint32_t SyntheticTraffic::put_tcp(std::uint8_t* at, const Side& from, const Side& to,
                                        std::uint8_t flags, Family family) const {
    const bool syn = (flags & tcp_flag::syn) != 0;
    const std::uint32_t length = syn ? tcp_syn_length : tcp_length;
    store_be16(at, from.port);
    store_be16(at + 2, to.port);
    store_be32(at + 4, from.sequence);
    store_be32(at + 8, (flags & tcp_flag::ack) != 0 ? to.sequence : 0);
    at[12] = static_cast<std::uint8_t>(length / 4 << 4);
    at[13] = flags;
    store_be16(at + 14, 64240);
    store_be32(at + 16, 0);
    std::uint8_t* option = at + 20;
    if (syn) {
        store_be32(option, 0x02040000 | (mtu - network_length(family) - 20));  // maximum segment size
        store_be16(option + 4, 0x0402);                                        // selective acknowledgements
        option += 6;
    } else {
        store_be16(option, 0x0101);  // padding
        option += 2;
    }
    store_be16(option, 0x080a);  // timestamps, in milliseconds
    store_be32(option + 2, static_cast<std::uint32_t>(now_.since_epoch / millisecond));
    store_be32(option + 6, (flags & tcp_flag::ack) != 0
                               ? static_cast<std::uint32_t>((now_.since_epoch - millisecond) / millisecond)
                               : 0);
    if (syn) store_be32(option + 10, 0x01030307);  // padding, window scale 7
    return length;
}

std::uint32_t SyntheticTraffic::build(Flow& flow, const Segment& segment) {
    Side& from = segment.from_client ? flow.client : flow.server;
    const Side& to = segment.from_client ? flow.server : flow.client;
    const bool syn = (segment.flags & tcp_flag::syn) != 0;
    const std::uint32_t header = flow.udp ? udp_length : syn ? tcp_syn_length : tcp_length;
    const std::uint32_t length = header + segment.payload;
    std::uint32_t at = put_ethernet(flow, segment.from_client);
    const std::uint32_t network = at;
    at += put_network(flow, from, to, length);
    std::uint8_t* const transport = frame_.data() + at;
    const std::uint32_t field = flow.udp ? 6 : 16;
    if (flow.udp) {
        store_be16(transport, from.port);
        store_be16(transport + 2, to.port);
        store_be16(transport + 4, static_cast<std::uint16_t>(length));
        store_be16(transport + 6, 0);
    } else {
        put_tcp(transport, from, to, segment.flags, flow.family);
        from.sequence += segment.payload;
        if ((segment.flags & (tcp_flag::syn | tcp_flag::fin)) != 0) ++from.sequence;
    }
    std::fill_n(transport + header, segment.payload, static_cast<std::uint8_t>(from.sequence));

    const std::uint32_t addresses = is_v4(flow.family) ? 8 : 32;
    const std::uint32_t addresses_at = network + (is_v4(flow.family) ? 12 : 8);
    std::uint64_t sum = checksum::add({frame_.data() + addresses_at, addresses});
    sum += length + (flow.udp ? wire::protocol::udp : wire::protocol::tcp);
    std::uint16_t value = checksum::finish(checksum::add({transport, length}, sum));
    if (flow.udp && value == 0) value = 0xffff;  // RFC 768: zero says that there is none
    store_be16(transport + field, value);
    return at + length;
}

SyntheticPacket SyntheticTraffic::next() {
    Flow& flow = flows_[random_.below(static_cast<std::uint32_t>(flows_.size()))];
    if (flow.stage == Stage::over && !flow.unacknowledged) renew(flow);
    const Segment segment = advance(flow);
    const SyntheticPacket packet{now_, segment.from_client, {frame_.data(), build(flow, segment)}};
    // Gaps are even between none and twice the mean.
    now_ = now_ + random_.below(static_cast<std::uint32_t>(
                      std::clamp<Nanoseconds>(2 * options_.mean_gap, 1, 0xffffffff)));
    return packet;
}

}  // namespace gatehouse::io

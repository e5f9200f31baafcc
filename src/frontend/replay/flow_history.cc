#include "frontend/replay/flow_history.h"

#include <algorithm>
#include <fmt/format.h>
#include <tuple>

#include "packet/parse.h"
#include "trace/packet_words.h"
#include "wire/tcp.h"

namespace gatehouse::frontend {

Arrival arrival_of(const Packet& packet) {
    Packet copy = packet;
    Arrival arrival;
    const Finding finding = parse_frame(copy).finding;
    arrival.flat = copy.flat;
    if (finding || !copy.flat.network || copy.flat.protocol != wire::protocol::tcp ||
        copy.flat.transport != Transport::whole)
        return arrival;
    const auto segment = wire::TcpView::parse(copy.transport());
    if (!segment) return arrival;
    arrival.segment = true;
    arrival.seq = segment->sequence();
    arrival.ack = segment->acknowledgment();
    arrival.window = segment->window();
    arrival.data = static_cast<std::uint32_t>(segment->payload().size());
    return arrival;
}

std::string words(const Arrival& arrival) {
    std::string text = trace::words(arrival.flat);
    if (!arrival.segment) return text;
    text += fmt::format(", seq {}", arrival.seq);
    if ((arrival.flat.tcp_flags & wire::tcp_flag::ack) != 0) text += fmt::format(" ack {}", arrival.ack);
    text += fmt::format(" win {}", arrival.window);
    if (arrival.data > 0)
        text += fmt::format(", {} byte{} of data", arrival.data, arrival.data == 1 ? "" : "s");
    return text;
}

FlowKey flow_key(const Flat& flat) {
    FlowKey key{
        .low = flat.source, .high = flat.destination, .protocol = flat.protocol, .family = flat.family};
    const bool icmp = wire::protocol::is_icmp(flat.protocol);
    if (flat.transport == Transport::whole && !icmp) {
        key.low_port = flat.sport;
        key.high_port = flat.dport;
    }
    if (std::tie(key.high.words, key.high_port) < std::tie(key.low.words, key.low_port)) {
        std::swap(key.low, key.high);
        std::swap(key.low_port, key.high_port);
        key.turned = true;
    }
    return key;
}

std::size_t FlowKeyHash::operator()(const FlowKey& key) const {
    std::uint64_t hash = key.protocol;
    const auto mix = [&](std::uint64_t value) { hash = (hash ^ value) * 0x9e37'79b9'7f4a'7c15; };
    for (const std::uint32_t word : key.low.words) mix(word);
    for (const std::uint32_t word : key.high.words) mix(word);
    mix(std::uint64_t{key.low_port} << 16 | key.high_port);
    return hash ^ hash >> 32;
}

std::span<const PastPacket> FlowHistory::news(const FlowKey& key) {
    const auto found = places_.find(key);
    if (found == places_.end()) return {};
    Flow& flow = *found->second;
    const std::size_t there = std::min(flow.noted - flow.told, packets);
    // The packet at hand, which is noted next, is told of as well.
    flow.told = flow.noted + 1;
    for (std::size_t i = 0; i < there; ++i) out_[i] = flow.ring[(flow.noted - there + i) % packets];
    return {out_.data(), there};
}

void FlowHistory::note(const FlowKey& key, const PastPacket& packet) {
    auto found = places_.find(key);
    if (found != places_.end()) {
        flows_.splice(flows_.begin(), flows_, found->second);
    } else {
        if (flows_.size() == most_flows) {
            places_.erase(flows_.back().key);
            flows_.pop_back();
        }
        flows_.push_front({.key = key});
        places_.emplace(key, flows_.begin());
    }
    Flow& flow = flows_.front();
    flow.ring[flow.noted++ % packets] = packet;
    flow.ring[(flow.noted - 1) % packets].turned = key.turned;
}

}  // namespace gatehouse::frontend

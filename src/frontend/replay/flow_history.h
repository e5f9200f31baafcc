// The last packets of each flow, for telling what came before one that wasn't good.
//
// Bounded: so many packets of so many flows; the flow that has been silent longest is forgotten first.
#pragma once
#include <array>
#include <cstdint>
#include <list>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "packet/packet.h"

namespace gatehouse::frontend {

// A packet's headers as it came, before anything altered them.
struct Arrival {
    Flat flat{};
    // Of TCP, if all of its header is there.
    bool segment = false;
    std::uint32_t seq = 0, ack = 0;
    std::uint16_t window = 0;  // unscaled
    std::uint32_t data = 0;    // bytes
};
// The frame isn't touched.
Arrival arrival_of(const Packet& packet);
// "tcp 10.0.0.2:4000 > 192.0.2.9:80 PA, seq 101 ack 501 win 1000, 100 bytes of data".
std::string words(const Arrival& arrival);

// Both directions of a flow: addresses, protocol and, where the packet has them, ports.
struct FlowKey {
    Address low{}, high{};
    std::uint16_t low_port = 0, high_port = 0;
    std::uint8_t protocol = 0;
    Family family{};
    bool turned = false;  // the packet goes from high to low; not part of what is compared

    friend bool operator==(const FlowKey& a, const FlowKey& b) {
        return a.low == b.low && a.high == b.high && a.low_port == b.low_port && a.high_port == b.high_port &&
               a.protocol == b.protocol && a.family == b.family;
    }
};
FlowKey flow_key(const Flat& flat);
struct FlowKeyHash {
    std::size_t operator()(const FlowKey& key) const;
};

struct PastPacket {
    std::uint64_t index = 0;
    Time time{};
    Arrival arrival{};
    bool turned = false;
    std::string_view state{};    // "NEW"; "ignored"
    std::string_view verdict{};  // "forward"
};

class FlowHistory {
  public:
    static constexpr std::size_t packets = 8, most_flows = 16'384;

    // What has come in the flow since this was asked last, the oldest first; good until the next call.
    std::span<const PastPacket> news(const FlowKey& key);
    void note(const FlowKey& key, const PastPacket& packet);

  private:
    struct Flow {
        FlowKey key;
        std::array<PastPacket, packets> ring;
        std::size_t noted = 0, told = 0;  // packets so far
    };
    std::list<Flow> flows_;  // the one noted last in front
    std::unordered_map<FlowKey, std::list<Flow>::iterator, FlowKeyHash> places_;
    std::array<PastPacket, packets> out_;
};

}  // namespace gatehouse::frontend

// What became of one packet of a capture: what summaries, JSON lines and annotated captures are made of.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/engine.h"
#include "frontend/replay/flow_history.h"

namespace gatehouse::frontend {

struct LeftPacket {
    InterfaceId out = InterfaceId::none;
    std::size_t offset = 0;  // in PacketReport::bytes
    std::size_t length = 0;
    bool made_here = false;  // by the router itself: an ICMP error, a fragment
};

struct PacketReport {
    std::uint64_t index = 0;  // in the capture, from 1
    Time time{};
    InterfaceId in = InterfaceId::none;
    Flat flat{};  // as it came; flat.network false if it couldn't be read
    std::uint32_t length = 0;
    Ended completion{};
    std::uint32_t rule_number = 0;  // of completion.decision.rule; 0: the policy, or no rule decided
    std::vector<LeftPacket> left;
    std::vector<std::uint8_t> bytes;  // of all that left, one behind the other
    std::string walk;                 // in words, if it was traced
    // How tracking saw it ("NEW"; empty if it didn't look), and why it found it INVALID, or ignored it.
    std::string_view state{};
    bool invalid = false;
    Finding tracking{};
    Arrival arrival{};  // if the session notes arrivals

    Bytes bytes_of(const LeftPacket& which) const { return Bytes(bytes).subspan(which.offset, which.length); }
    void add_left(InterfaceId out, Bytes frame, bool made_here) {
        left.push_back({out, bytes.size(), frame.size(), made_here});
        bytes.insert(bytes.end(), frame.begin(), frame.end());
    }
    // For the next packet: as fresh, but with the room it has.
    void reset() {
        left.clear();
        bytes.clear();
        *this = {.left = std::move(left), .bytes = std::move(bytes)};
    }
};

// "forward", "drop", "local", "consumed", "fragment".
std::string_view name(Disposition disposition);

// "filter FORWARD rule 3", "filter FORWARD policy", or "the router itself".
std::string decided_by(const PacketReport& report);

// "10.0.1.2:4000 > 192.0.2.9:53 UDP".
std::string flow_text(const Flat& flat);

class ReportSink {
  public:
    virtual ~ReportSink() = default;
    // In the order in which the packets come to their end: the capture's, but for a fragment that waits for
    // the rest of its datagram.
    virtual void report(const PacketReport& report, const Engine& engine) = 0;
};

}  // namespace gatehouse::frontend

// Packets that tracking found INVALID, or ignored: each with what was compared, and with what came before it
// in its flow; and the capture of just those flows.
#pragma once
#include <cstdio>
#include <map>
#include <string>
#include <unordered_set>
#include <vector>

#include "frontend/replay/flow_history.h"
#include "frontend/replay/report.h"

namespace gatehouse::frontend {

// What is remembered of a packet.
PastPacket past_of(const PacketReport& report);

// What tracking found of a packet that it found INVALID or ignored, line by line: what was compared, in the
// kernel's words, too, and what came before it in its flow.
std::string account_of(const PacketReport& report, std::span<const PastPacket> before);

class Invalids final : public ReportSink {
  public:
    // Flows and packets that are remembered for write_flows(); further ones are left out, and counted.
    static constexpr std::size_t most = 1'000'000;

    // `ignored`: also those that belong to their connections, but moved nothing. The session must note
    // arrivals (SessionOptions::arrivals).
    Invalids(std::FILE* to, bool ignored) : to_(to), ignored_(ignored) {}
    void report(const PacketReport& report, const Engine& engine) override;

    // How many are missing from what write_flows() writes.
    std::uint64_t forgotten() const { return forgotten_; }
    // Reads the captures again and writes the packets of the flows that were told of, as they came, each
    // such packet with its reason as comment. Returns how many packets it wrote.
    Result<std::uint64_t> write_flows(const std::vector<std::string>& captures,
                                      const std::string& path) const;

  private:
    void tell(const PacketReport& report, const FlowKey& key);

    std::FILE* to_;
    bool ignored_;
    std::uint64_t forgotten_ = 0;
    FlowHistory history_;
    std::unordered_set<FlowKey, FlowKeyHash> flows_;
    std::map<std::uint64_t, std::string> comments_;  // by the packet's number
};

}  // namespace gatehouse::frontend

// What happens to a packet, step by step, for those that are traced.
//
// Stages report where they decide; each kind of event has one call site, listed in trace_sites. Rendering
// into words, JSON and pcapng is src/trace's. An untraced packet pays one branch a stage.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

#include "hook/hook.h"
#include "packet/packet.h"

namespace gatehouse {

enum class TraceKind : std::uint8_t {
    arrival,    // in: the interface it came in by
    chain,      // a chain was entered: table, chain
    rule,       // a rule matched: table, chain, rule
    policy,     // a built-in chain's end: table, chain, verdict
    returned,   // back to the calling chain: table, chain
    altered,    // text: which field; before, after
    route,      // routing decision; text: table; out
    neighbour,  // text: the address asked for
    generated,  // the router made a packet of its own because of this one
    fragmented,
    suspended,
    resumed,
    decision,   // the last word; finding
    departure,  // out
    count,
};

struct TraceEvent {
    TraceKind kind{};
    Hook hook{};
    Time time{};
    const Packet* packet = nullptr;
    std::string_view table{};
    std::string_view chain{};
    std::uint32_t rule = 0;  // its number in the chain, from 1
    std::string_view text{};
    std::string_view verdict{};
    std::uint64_t before = 0, after = 0;
    InterfaceId in = InterfaceId::none, out = InterfaceId::none;
    Finding finding{};
};

class TraceSink {
  public:
    virtual ~TraceSink() = default;
    // The views in `event` hold for the call only.
    virtual void trace(const TraceEvent& event) = 0;
};

}  // namespace gatehouse

// What happens to a packet, step by step, for those that are traced.
//
// Stages report where they decide, each from one place; trace/sites.h lists the places, and a test holds the
// list against the code. Rendering into words is src/trace's. An untraced packet pays one branch a stage.
#pragma once
#include <cstdint>
#include <source_location>
#include <string_view>

#include "hook/hook.h"
#include "packet/packet.h"

namespace gatehouse {

enum class TraceKind : std::uint8_t {
    arrival,    // in: the interface it came in by
    origin,     // the router's own packet sets out
    chain,      // a chain was entered: table, chain
    rule,       // a rule matched: table, chain, rule
    policy,     // a built-in chain's end: table, chain, verdict
    returned,   // back to the calling chain: table, chain
    altered,    // text: which field; before, after
    route,      // routing decision; text: what kind of route; before: asked again; after: table; out; address
    neighbour,  // address: whom the link was asked for; before: whether it knew; station
    generated,  // the router made a packet of its own because of this one; text: what
    fragmented,
    suspended,
    resumed,
    decision,    // the last word; finding
    departure,   // out
    tracked,     // text: how tracking sees the packet ("NEW"); finding: why it is INVALID, or was ignored
    translated,  // text: "source" or "destination"; address, after: what it now is; before: the old port
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
    Address address{};
    Mac station{};
    Finding finding{};
    std::source_location site = std::source_location::current();  // where it was reported
};

class TraceSink {
  public:
    virtual ~TraceSink() = default;
    // The views in `event` hold for the call only.
    virtual void trace(const TraceEvent& event) = 0;
};

}  // namespace gatehouse

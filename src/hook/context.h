// All that a stage, a match or a target gets to see: the packet, where it stands, and whom it may ask.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

#include "base/random.h"
#include "base/time.h"
#include "hook/hook.h"
#include "hook/ip_options.h"
#include "hook/trace.h"
#include "packet/packet.h"

namespace gatehouse {

namespace route {
class Router;
struct Decision;
}  // namespace route
namespace track {
class Tracking;
struct Ahead;
}  // namespace track
namespace nat {
class Nat;
}
class Interfaces;
class World;
class Emitter;

// A line for the kernel log, as LOG and the out-of-window reports write it.
class LogSink {
  public:
    virtual ~LogSink() = default;
    virtual void log(Time time, int level, std::string_view line) = 0;
};

// What the engine lends to the stages. One an engine; outlives every packet.
struct Services {
    Time now{};
    Random* random = nullptr;
    World* world = nullptr;
    Emitter* emitter = nullptr;
    const route::Router* router = nullptr;
    track::Tracking* tracking = nullptr;  // null while no rule needs it
    nat::Nat* nat = nullptr;              // null until there has been a nat table with tracking
    const Interfaces* interfaces = nullptr;
    TraceSink* trace = nullptr;
    LogSink* log = nullptr;
    // Scratch for the steps of the rule at hand (nft expressions'); iptables rules leave it alone.
    std::array<std::uint32_t, 20> registers{};
};

// Who had the last word: shown by replay, completions and explain. The names are the ruleset's own, good
// until rules change: whoever keeps a decision longer keeps copies of them (as WaitingRoom does).
struct Decision {
    std::string_view table{};  // "filter"; empty: the stack itself
    std::string_view chain{};
    std::uint64_t rule = 0;  // the rule's handle; 0: the chain's policy
    Hook hook{};
};

// The terms on which a packet waits.
enum class WaitFor : std::uint8_t { queue, local_socket, helper, tracking, replica };
struct Suspension {
    WaitFor why{};
    std::uint16_t queue = 0;
    bool bypass = false;  // accept rather than drop when nobody reads the queue
    Nanoseconds patience = 30 * second;
};

// Made for each packet, and so member by member: an aggregate of this size would be cleared as a block first.
struct Context {
    Context(Packet& of, Services& with, Hook at, InterfaceId from = InterfaceId::none,
            InterfaceId to = InterfaceId::none)
        : packet(of), services(with), hook(at), in(from), out(to) {}

    Packet& packet;
    Services& services;
    Hook hook;
    InterfaceId in;
    InterfaceId out;
    Finding finding{};
    Decision decision{};
    // Set by who suspends the packet, and by nobody before.
    union {
        Suspension suspension;
    };
    IpOptions options{};                     // of an IPv4 packet that arrived
    const route::Decision* route = nullptr;  // where it goes; null before that has been decided
    // On its way through Engine::receive, where connections are tracked: what was looked up ahead of it.
    const track::Ahead* ahead = nullptr;

    Family family() const { return packet.flat.family; }
    // Does anybody want to know each step? Asked first where making the event itself would cost.
    bool traced() const { return packet.traced && services.trace != nullptr; }
    // Reports one step of a traced packet; fill in what the kind calls for.
    void trace(TraceEvent event) const {
        if (!traced()) [[likely]]
            return;
        event.hook = hook;
        event.time = services.now;
        event.packet = &packet;
        event.in = event.in == InterfaceId::none ? in : event.in;
        event.out = event.out == InterfaceId::none ? out : event.out;
        services.trace->trace(event);
    }
};

}  // namespace gatehouse

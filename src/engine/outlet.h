// Where the engine puts what it is done with: its side of the contract with devices and embedders.
#pragma once
#include <cstdint>

#include "hook/context.h"
#include "packet/packet.h"

namespace gatehouse {

// What became of a packet that came in.
enum class Disposition : std::uint8_t {
    forwarded,  // it leaves, as it now is, by Completion::out
    delivered,  // it is for a program on this host
    dropped,    // see Completion::finding
    consumed,   // the router's own stack answered it or used it up (finding says how)
    replaced,   // other packets left in its stead: its fragments, or those of the datagram that it made whole
};

// For the time of the call: it speaks of the packet's passage, which ends with it. Ended is a copy to keep.
struct Completion {
    static constexpr Finding no_finding{};
    static constexpr Decision no_decision{};

    Disposition disposition{};
    InterfaceId out = InterfaceId::none;
    const Finding& finding = no_finding;
    const Decision& decision = no_decision;
    Mark mark{};
    bool changed = false;
    // Delivered: the datagram that was put together of this fragment and earlier ones; nullptr if the packet
    // is what is delivered.
    const Packet* whole = nullptr;
};

// What a completion said.
struct Ended {
    Ended() = default;
    explicit Ended(const Completion& c)
        : disposition(c.disposition),
          out(c.out),
          finding(c.finding),
          decision(c.decision),
          mark(c.mark),
          changed(c.changed) {}

    Disposition disposition{};
    InterfaceId out = InterfaceId::none;
    Finding finding{};
    Decision decision{};  // its names hold as Decision says
    Mark mark{};
    bool changed = false;
};

// Called on the engine's thread, from receive(), resume() and advance(). Must not call back into the engine.
class Outlet {
  public:
    virtual ~Outlet() = default;
    // Each packet that came in, exactly once; it belongs to its device again from here on.
    virtual void complete(Packet& packet, const Completion& completion) = 0;
    // A packet that the router made, or put together: it leaves by `out`. It is the engine's again after the
    // call.
    virtual void transmit(const Packet& packet, InterfaceId out) = 0;
    // A packet that the router made and that didn't leave, with the reason.
    virtual void discard(const Packet& packet, const Completion& completion) = 0;
};

}  // namespace gatehouse

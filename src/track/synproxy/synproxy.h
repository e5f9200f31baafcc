// SYNPROXY: the router completes a client's handshake in the server's place, keeping nothing meanwhile
// (cookie.h), then makes one with the server, and joins the two by shifting sequence numbers and timestamps.
// As Linux does it (net/netfilter/nf_synproxy_core.c), packet by packet.
//
//     client                      router                      server
//       SYN        ─────────────►   answer()
//       SYN/ACK    ◄─────────────
//       ACK        ─────────────►   answer()   ───────────►   SYN
//                                   pass()     ◄───────────   SYN/ACK
//       ACK (opens the window) ◄─   pass()     ───────────►   ACK
//
// The SYN and the ACK are what a rule gives to answer(); the connection with the server is tracked, and
// pass() sees its packets at the hooks where connections are confirmed, before they are.
#pragma once
#include <cstdint>
#include <optional>

#include "base/siphash.h"
#include "hook/context.h"
#include "track/tracking.h"

namespace gatehouse::track::synproxy {

// What the rule says of the servers behind it.
struct Offer {
    std::optional<std::uint16_t> mss{};
    std::optional<std::uint8_t> scale{};
    bool timestamps = false;
    bool sack = false;
    bool ecn = false;
};

enum class Answer : std::uint8_t {
    none,    // neither a SYN nor an ACK: the packet goes on
    taken,   // it has been answered, and goes no further
    refused  // no cookie of ours, or nothing that can be read
};

// A client's packet. The context's finding says why it was taken or refused.
Answer answer(Context& context, const Offer& offer);

// A packet of a connection that was joined; proceed, or drop when the context's finding tells what became of
// it.
gatehouse::Verdict pass(Tracking& tracking, Context& context);

}  // namespace gatehouse::track::synproxy

// How a TCP connection goes from phase to phase, as the middle sees it: one table, looked at before a
// segment's numbers are (tcp_window.h).
//
// A phase is entered by a segment seen here, which its receiver may still miss. What may be good or not, so
// that the receiver's answer must decide, is let through and changes nothing: `ignore`.
#pragma once
#include <string_view>

#include "track/proto/tcp_state.h"
#include "track/timeouts.h"
#include "track/tracker.h"

namespace gatehouse::track::tcp {

struct Transition {
    Verdict verdict = Verdict::invalid;
    TcpPhase next = TcpPhase::none;  // when accepted

    friend constexpr bool operator==(const Transition&, const Transition&) = default;
};

Transition transition(Direction direction, TcpPhase phase, TcpKind kind);

// How long a connection may be silent in a phase.
Timeout timeout_of(TcpPhase phase);

// "SYN_SENT", as conntrack prints it.
std::string_view name(TcpPhase phase);
// "SYN/ACK".
std::string_view name(TcpKind kind);

}  // namespace gatehouse::track::tcp

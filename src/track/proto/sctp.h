// SCTP (RFC 9260): associations by their chunks and verification tags.
#pragma once
#include <string_view>

#include "packet/packet.h"
#include "track/proto/sctp_state.h"
#include "track/tracker.h"

namespace gatehouse::track::sctp {

// "COOKIE_WAIT", as conntrack prints it.
std::string_view name(SctpPhase phase);
Timeout timeout_of(SctpPhase phase);

// Why the packet isn't fit to be tracked: cut short, a wrong CRC32c.
Finding unfit(const Packet& packet, bool verify_checksum);

Judgement update(SctpState& state, const Question& question);

}  // namespace gatehouse::track::sctp

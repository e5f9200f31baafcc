// UDP and UDP-Lite: what counts as a stream.
#pragma once
#include "packet/packet.h"
#include "track/proto/udp_state.h"
#include "track/tracker.h"

namespace gatehouse::track::udp {

// Why the datagram isn't fit to be tracked: cut short, a length that lies, a wrong checksum. UDP-Lite wants a
// checksum (RFC 3828, 3.1).
Finding unfit(const Packet& packet, bool verify_checksum);
Finding unfit_lite(const Packet& packet, bool verify_checksum);

// A reply makes the connection a stream, assured and with the longer timeout, only when traffic still goes on
// two seconds after its start: a lone question and its answer stay short.
Judgement update(UdpState& state, const Question& question);
// UDP-Lite is a stream from the first packet behind a reply on.
Judgement update_lite(const Question& question);

}  // namespace gatehouse::track::udp

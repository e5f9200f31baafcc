// UDP and UDP-Lite: what counts as a stream.
#pragma once
#include "packet/packet.h"
#include "track/proto/udp_state.h"
#include "track/tracker.h"

namespace gatehouse::track::udp {

// Why the datagram isn't fit to be tracked: cut short, a length that lies, a wrong checksum. UDP-Lite wants a
// checksum (RFC 3828, 3.1).
inline Finding unfit(const Packet& packet, bool verify_checksum);
Finding unfit_lite(const Packet& packet, bool verify_checksum);

// A reply makes the connection a stream, assured and with the longer timeout, only when traffic still goes on
// two seconds after its start: a lone question and its answer stay short.
inline Judgement update(UdpState& state, const Question& question);
// UDP-Lite is a stream from the first packet behind a reply on.
inline Judgement update_lite(const Question& question);

Finding why_unfit(const Packet& packet, bool verify_checksum);

inline Finding unfit(const Packet& packet, bool verify_checksum) {
    // Most: as long as it says, and nothing to be summed.
    const Bytes datagram = packet.transport();
    constexpr std::size_t header = 8;
    if (datagram.size() >= header && load_be16(&datagram[4]) == datagram.size() &&
        (!verify_checksum || packet.checksum != ChecksumState::unknown)) [[likely]]
        return {};
    return why_unfit(packet, verify_checksum);
}

inline Judgement stream_or_not(const Question& question, bool stream) {
    Judgement judgement{.lifetime = question.timeouts[stream ? Timeout::udp_stream : Timeout::udp]};
    // A connection that took another's place after a clash is over soon.
    if (stream && (question.status & status::nat_clash) == 0) judgement.set_status = status::assured;
    return judgement;
}

inline Judgement update(UdpState& state, const Question& question) {
    constexpr std::uint32_t settling = 2000;  // ticks
    if (question.opens) state.stream_after = question.now.value + settling;
    const bool settled = question.now - Tick{state.stream_after} > 0;
    // It stays in the near past, so that it never seems to be in the future, however long the stream lasts.
    if (settled) state.stream_after = question.now.value - 1;
    return stream_or_not(question, settled && (question.status & status::seen_reply) != 0);
}

inline Judgement update_lite(const Question& question) {
    return stream_or_not(question, (question.status & status::seen_reply) != 0);
}

}  // namespace gatehouse::track::udp

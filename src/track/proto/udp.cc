#include "track/proto/udp.h"

#include "base/checksum.h"
#include "packet/reason.h"
#include "packet/transport_sum.h"
#include "wire/udp.h"

namespace gatehouse::track::udp {

namespace {

Finding wrong(const Packet& packet, const wire::Fault& fault) {
    const Reason reason =
        fault.kind == wire::FaultKind::truncated ? Reason::l4_truncated : Reason::track_bad_length;
    return {.reason = reason, .numbers = {packet.flat.protocol, fault.first, fault.second}};
}

Finding wrong_checksum(const Packet& packet) {
    return {.reason = Reason::l4_bad_checksum, .numbers = {packet.flat.protocol}};
}

Judgement stream_or_not(const Question& question, bool stream) {
    Judgement judgement{.lifetime = question.timeouts[stream ? Timeout::udp_stream : Timeout::udp]};
    // A connection that took another's place after a clash is over soon.
    if (stream && (question.status & status::nat_clash) == 0) judgement.set_status = status::assured;
    return judgement;
}

// As Linux has it (nf_ip_checksum() and its like): the length that the pseudo-header has is the packet's,
// whatever UDP's says, and its protocol is UDP, for UDP-Lite too: the right checksums of that are wrong here.
bool sums_up(const Packet& packet, std::size_t covered) {
    if (packet.checksum != ChecksumState::unknown) return true;
    const Bytes datagram = packet.transport();
    const auto pseudo = transport_sum::pseudo_sum(packet.flat, wire::protocol::udp, datagram.size());
    return checksum::fold(checksum::add(datagram.first(covered), pseudo)) == 0xffff;
}

}  // namespace

Finding unfit(const Packet& packet, bool verify_checksum) {
    // Most: as long as it says, and nothing to be summed.
    const Bytes datagram = packet.transport();
    if (datagram.size() >= wire::UdpView::header && load_be16(&datagram[4]) == datagram.size() &&
        (!verify_checksum || packet.checksum != ChecksumState::unknown)) [[likely]]
        return {};
    const auto view = wire::UdpView::parse(packet.transport());
    if (!view) return wrong(packet, view.error());
    const bool right =
        view->checksum() == 0 || !verify_checksum || sums_up(packet, packet.transport().size());
    return right ? Finding{} : wrong_checksum(packet);
}

Finding unfit_lite(const Packet& packet, bool verify_checksum) {
    const auto view = wire::UdpLiteView::parse(packet.transport());
    if (!view) return wrong(packet, view.error());
    if (view->checksum() == 0) return wrong_checksum(packet);
    const auto covered = transport_sum::covered(packet);
    const bool right = covered && (!verify_checksum || sums_up(packet, *covered));
    return right ? Finding{} : wrong_checksum(packet);
}

Judgement update(UdpState& state, const Question& question) {
    constexpr std::uint32_t settling = 2000;  // ticks
    if (question.opens) state.stream_after = question.now.value + settling;
    const bool settled = question.now - Tick{state.stream_after} > 0;
    // It stays in the near past, so that it never seems to be in the future, however long the stream lasts.
    if (settled) state.stream_after = question.now.value - 1;
    return stream_or_not(question, settled && (question.status & status::seen_reply) != 0);
}

Judgement update_lite(const Question& question) {
    return stream_or_not(question, (question.status & status::seen_reply) != 0);
}

}  // namespace gatehouse::track::udp

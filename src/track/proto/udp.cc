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

// As Linux has it (nf_ip_checksum() and its like): the length that the pseudo-header has is the packet's,
// whatever UDP's says, and its protocol is UDP, for UDP-Lite too: the right checksums of that are wrong here.
bool sums_up(const Packet& packet, std::size_t covered) {
    if (packet.checksum != ChecksumState::unknown) return true;
    const Bytes datagram = packet.transport();
    const auto pseudo = transport_sum::pseudo_sum(packet.flat, wire::protocol::udp, datagram.size());
    return checksum::fold(checksum::add(datagram.first(covered), pseudo)) == 0xffff;
}

}  // namespace

Finding why_unfit(const Packet& packet, bool verify_checksum) {
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

}  // namespace gatehouse::track::udp

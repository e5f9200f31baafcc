#include "wire/dccp.h"

namespace gatehouse::wire {

Checked<DccpView> DccpView::parse(Bytes packet) {
    if (packet.size() < 12) return fault(FaultKind::truncated, packet.size(), 12);
    const std::size_t least = (packet[8] & 1) != 0 ? 16 : 12;
    const std::size_t header = packet[4] * 4u;
    if (header < least) return fault(FaultKind::bad_header, header, least);
    if (header > packet.size()) return fault(FaultKind::truncated, packet.size(), header);
    const std::size_t coverage = packet[5] & 0x0fu;
    if (coverage > 1 && header + (coverage - 1) * 4 > (packet.size() + 3) / 4 * 4) {
        return fault(FaultKind::bad_length, header + (coverage - 1) * 4, packet.size());
    }
    return DccpView(packet);
}

}  // namespace gatehouse::wire

#include "wire/udp.h"

namespace gatehouse::wire {

Checked<UdpView> UdpView::parse(Bytes datagram) {
    if (datagram.size() < header) return fault(FaultKind::truncated, datagram.size(), header);
    const std::size_t length = load_be16(&datagram[4]);
    if (length < header || length > datagram.size()) {
        return fault(FaultKind::bad_length, length, datagram.size());
    }
    return UdpView(datagram);
}

Checked<UdpLiteView> UdpLiteView::parse(Bytes datagram) {
    if (datagram.size() < header) return fault(FaultKind::truncated, datagram.size(), header);
    const std::size_t coverage = load_be16(&datagram[4]);
    if (coverage != 0 && (coverage < header || coverage > datagram.size())) {
        return fault(FaultKind::bad_length, coverage, datagram.size());
    }
    return UdpLiteView(datagram);
}

}  // namespace gatehouse::wire

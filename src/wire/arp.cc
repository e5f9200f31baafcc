#include "wire/arp.h"

#include "wire/protocol.h"

namespace gatehouse::wire {

Checked<ArpView> ArpView::parse(Bytes bytes) {
    if (bytes.size() < length) return fault(FaultKind::truncated, bytes.size(), length);
    if (load_be16(&bytes[0]) != 1) return fault(FaultKind::bad_type, load_be16(&bytes[0]), 1);
    if (load_be16(&bytes[2]) != ethertype::ipv4) {
        return fault(FaultKind::bad_type, load_be16(&bytes[2]), ethertype::ipv4);
    }
    if (bytes[4] != 6) return fault(FaultKind::bad_length, bytes[4], 6);
    if (bytes[5] != 4) return fault(FaultKind::bad_length, bytes[5], 4);
    return ArpView(bytes.first(length));
}

}  // namespace gatehouse::wire

#include "wire/pppoe.h"

namespace gatehouse::wire {

Checked<PppoeView> PppoeView::parse(Bytes bytes) {
    if (bytes.size() < header) return fault(FaultKind::truncated, bytes.size(), header);
    if (bytes[0] != 0x11) return fault(FaultKind::bad_version, bytes[0], 0x11);
    const std::size_t length = load_be16(&bytes[4]);
    if (length > bytes.size() - header) return fault(FaultKind::bad_length, length, bytes.size() - header);
    if (bytes[1] == 0 && length < 2) return fault(FaultKind::truncated, length, 2);
    return PppoeView(bytes.first(header + length));
}

}  // namespace gatehouse::wire

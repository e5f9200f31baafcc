#include "wire/ipsec.h"

namespace gatehouse::wire {

Checked<AhView> AhView::parse(Bytes bytes) {
    if (bytes.size() < 12) return fault(FaultKind::truncated, bytes.size(), 12);
    const std::size_t header = (bytes[1] + 2u) * 4u;
    if (header < 12) return fault(FaultKind::bad_header, header, 12);
    if (header > bytes.size()) return fault(FaultKind::truncated, bytes.size(), header);
    return AhView(bytes);
}

Checked<EspView> EspView::parse(Bytes bytes) {
    if (bytes.size() < header) return fault(FaultKind::truncated, bytes.size(), header);
    return EspView(bytes);
}

}  // namespace gatehouse::wire

#include "wire/ethernet.h"

namespace gatehouse::wire {

Checked<EthernetView> EthernetView::parse(Bytes frame) {
    if (frame.size() < header) return fault(FaultKind::truncated, frame.size(), header);
    std::size_t tags = 0;
    std::uint16_t type = load_be16(&frame[12]);
    while (tags < most_tags && (type == ethertype::vlan || type == ethertype::service_vlan)) {
        const std::size_t needed = header + 4 * (tags + 1);
        if (frame.size() < needed) return fault(FaultKind::truncated, frame.size(), needed);
        ++tags;
        type = load_be16(&frame[12 + 4 * tags]);
    }
    const std::size_t behind = frame.size() - header - 4 * tags;
    if (type < ethertype::first && type > behind) return fault(FaultKind::bad_length, type, behind);
    return EthernetView(frame, tags);
}

Checked<LlcView> LlcView::parse(Bytes bytes) {
    if (bytes.size() < 3) return fault(FaultKind::truncated, bytes.size(), 3);
    const bool unnumbered = (bytes[2] & 3) == 3;
    LlcView view(bytes, unnumbered ? 3 : 4);
    if (view.is_snap()) view.header_ = 8;
    if (bytes.size() < view.header_) return fault(FaultKind::truncated, bytes.size(), view.header_);
    return view;
}

}  // namespace gatehouse::wire

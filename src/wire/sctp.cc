#include "wire/sctp.h"

#include <algorithm>

namespace gatehouse::wire {

Checked<SctpView> SctpView::parse(Bytes packet) {
    if (packet.size() < header) return fault(FaultKind::truncated, packet.size(), header);
    return SctpView(packet);
}

std::optional<SctpChunkView> SctpChunks::next() {
    if (fault_ || at_ >= packet_.size()) return {};
    const std::size_t left = packet_.size() - at_;
    const std::size_t length = left >= 4 ? load_be16(&packet_[at_ + 2]) : 0;
    if (length < 4 || length > left) {
        fault_ = Fault{FaultKind::bad_length, static_cast<std::uint32_t>(length),
                       static_cast<std::uint32_t>(left)};
        return {};
    }
    const SctpChunkView chunk{.type = packet_[at_],
                              .flags = packet_[at_ + 1],
                              .offset = static_cast<std::uint32_t>(at_),
                              .bytes = packet_.subspan(at_, length)};
    at_ += std::min((length + 3) / 4 * 4, left);
    return chunk;
}

}  // namespace gatehouse::wire

#include "helper/rewrite.h"

#include <algorithm>
#include <ranges>

#include "defrag/whole.h"
#include "packet/edit.h"
#include "wire/tcp.h"

namespace gatehouse::helper {

bool rewrite_segment(Packet& packet, std::span<const Rewrite> rewrites) {
    const auto segment = wire::TcpView::parse(packet.transport());
    if (!segment) return true;
    const std::uint32_t begin = segment->sequence();
    const std::uint32_t end = begin + static_cast<std::uint32_t>(segment->payload().size());
    std::uint32_t number = begin;
    // From the last on, so that places before it stay what they are.
    for (const Rewrite& rewrite : std::views::reverse(rewrites)) {
        if (!before(rewrite.sequence, end) || !after(rewrite.end(), begin)) continue;
        const bool from_inside = before(rewrite.sequence, begin), to_inside = after(rewrite.end(), end);
        const std::uint32_t from = from_inside ? begin : rewrite.sequence;
        const std::uint32_t to = to_inside ? end : rewrite.end();
        const std::uint32_t size = rewrite.size;
        const std::uint32_t first = std::min(from - rewrite.sequence, size);
        const std::uint32_t last = to_inside ? std::min(to - rewrite.sequence, size) : size;
        if (!edit::replace_payload(packet, from - begin, to - from,
                                   rewrite.bytes().subspan(first, last - first)))
            return false;
        defrag::join_all_pieces(packet);
        if (from_inside && first == size) number = rewrite.end();
    }
    constexpr std::uint16_t sequence_at = 4;
    if (number != begin) edit::set_transport32(packet, sequence_at, number);
    return true;
}

}  // namespace gatehouse::helper

#include "track/proto/tcp_segment.h"

#include <algorithm>

#include "base/sequence.h"
#include "packet/edit.h"
#include "packet/reason.h"
#include "wire/tcp.h"

namespace gatehouse::track::tcp {

namespace {

using namespace wire::tcp_flag;

// Most segments bear timestamps and nothing else, aligned as RFC 7323, appendix A, has it.
bool only_timestamps(Bytes options) {
    constexpr std::uint32_t aligned = 0x0101'080a;
    return options.size() == 12 && load_be32(options.data()) == aligned;
}

// The right edge that lies farthest behind the acknowledgment; blocks before it are of no matter.
std::uint32_t highest_edge(const wire::TcpOption& option, std::uint32_t ack) {
    std::uint32_t highest = ack;
    for (std::size_t i = 0; i < option.sack_count(); ++i) {
        if (const auto edge = option.sack(i).right; after(edge, highest)) highest = edge;
    }
    return highest;
}

void read_options(Segment& segment, wire::TcpOptions options) {
    constexpr std::uint8_t most_scale = 14;
    bool sack_read = false;
    while (const auto option = options.next()) {
        if (option->sack_permitted()) segment.sack_permitted = true;
        if (const auto scale = option->window_scale()) {
            segment.scales = true;
            segment.scale = std::min(*scale, most_scale);
        }
        if (!sack_read && option->sack_count() != 0) {
            segment.sack = highest_edge(*option, segment.ack);
            sack_read = true;
        }
    }
}

}  // namespace

TcpKind kind_of(std::uint8_t flags) {
    if ((flags & rst) != 0) return TcpKind::rst;
    if ((flags & syn) != 0) return (flags & ack) != 0 ? TcpKind::syn_ack : TcpKind::syn;
    if ((flags & fin) != 0) return TcpKind::fin;
    return (flags & ack) != 0 ? TcpKind::ack : TcpKind::none;
}

bool flags_fit(std::uint8_t flags) {
    switch (flags & (syn | fin | rst | ack)) {
        case syn:
        case fin | ack:
        case ack: return true;
        case syn | ack:
        case rst:
        case rst | ack: return (flags & urg) == 0;
        default: return false;
    }
}

Finding unfit(const Packet& packet, bool verify_checksum) {
    const auto view = wire::TcpView::parse(packet.transport());
    if (!view) {
        const auto& fault = view.error();
        return {.reason = Reason::l4_truncated, .numbers = {packet.flat.protocol, fault.first, fault.second}};
    }
    if (verify_checksum && !edit::transport_sums_up(packet))
        return {.reason = Reason::l4_bad_checksum, .numbers = {packet.flat.protocol}};
    if (!flags_fit(view->flags())) return {.reason = Reason::tcp_bad_flags, .numbers = {view->flags()}};
    return {};
}

Segment read_segment(Bytes transport) {
    const auto view = wire::TcpView::parse(transport);
    if (!view) return {};
    Segment segment{.seq = view->sequence(),
                    .ack = view->acknowledgment(),
                    .sack = view->acknowledgment(),
                    .window = view->window(),
                    .kind = kind_of(view->flags()),
                    .flags = view->flags()};
    segment.end = segment.seq + static_cast<std::uint32_t>(view->payload().size()) +
                  (segment.has(syn) ? 1 : 0) + (segment.has(fin) ? 1 : 0);
    const Bytes options =
        transport.subspan(wire::TcpView::minimum, view->header_length() - wire::TcpView::minimum);
    segment.has_options = !options.empty();
    if (segment.has_options && !only_timestamps(options)) read_options(segment, view->options());
    return segment;
}

Segment read_segment(const Packet& packet) { return read_segment(packet.transport()); }

}  // namespace gatehouse::track::tcp

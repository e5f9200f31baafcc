#include "nat/sequence_adjust.h"

#include "packet/edit.h"
#include "track/sequence_shift.h"
#include "wire/tcp.h"

namespace gatehouse::nat {

namespace {

namespace shift = track::sequence_shift;

// A word of the TCP header wherever it lies: options know no alignment, sums go by pairs of bytes.
void set_word(Packet& packet, std::size_t at, std::uint32_t to) {
    const std::size_t begin = at & ~std::size_t{1};
    std::uint8_t bytes[6];
    std::memcpy(bytes, packet.l4() + begin, sizeof bytes);
    store_be32(bytes + (at - begin), to);
    for (std::size_t i = 0; i < (at == begin ? 4u : 6u); i += 2)
        edit::set_transport16(packet, static_cast<std::uint16_t>(begin + i), load_be16(bytes + i));
}

// Takes off an acknowledged number what the other side's data have been shifted by.
void lower(Packet& packet, std::size_t at, const shift::One& other) {
    const std::uint32_t seen = load_be32(packet.l4() + at);
    const auto by = static_cast<std::uint32_t>(shift::of_seen(other, seen));
    if (by != 0) set_word(packet, at, seen - by);
}

}  // namespace

void adjust_sequence(Packet& packet, const track::SequenceAdjustment& adjustment,
                     track::Direction direction) {
    constexpr std::size_t sequence_at = 4, acknowledgment_at = 8;
    const auto view = wire::TcpView::parse(packet.transport());
    if (!view) return;
    const auto& mine = adjustment.one[track::index(direction)];
    const auto& other = adjustment.one[track::index(track::opposite(direction))];
    const std::uint32_t sequence = view->sequence();
    const auto by = static_cast<std::uint32_t>(shift::of_sent(mine, sequence));
    if (by != 0) set_word(packet, sequence_at, sequence + by);
    if ((view->flags() & wire::tcp_flag::ack) == 0) return;
    lower(packet, acknowledgment_at, other);
    wire::TcpOptions options = view->options();
    while (const auto option = options.next()) {
        const std::size_t edges = option->sack_count() * 2;
        for (std::size_t i = 0; i < edges; ++i) lower(packet, option->offset + 2 + 4 * i, other);
    }
}

}  // namespace gatehouse::nat

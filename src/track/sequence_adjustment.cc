#include "track/sequence_adjustment.h"

#include "packet/edit.h"
#include "track/sequence_shift.h"
#include "wire/protocol.h"
#include "wire/tcp.h"

namespace gatehouse::track {

namespace {

// Takes off an acknowledged number what the other side's data have been shifted by.
void lower(Packet& packet, std::size_t at, const sequence_shift::Shifts& other) {
    const std::uint32_t seen = load_be32(&packet.transport()[at]);
    const auto by = static_cast<std::uint32_t>(other.of_seen(seen));
    if (by != 0) edit::set_transport32(packet, static_cast<std::uint16_t>(at), seen - by);
}

}  // namespace

void set_offset(Table& table, ConnIndex connection, Direction direction, std::int32_t offset) {
    if (offset == 0) return;
    SequenceAdjustment* const all = table.side().add<SequenceAdjustment>(table[connection]);
    if (all == nullptr) return;
    table[connection].status |= status::sequence_adjusted;
    all->one[index(direction)].before = all->one[index(direction)].after = offset;
}

void adjust_sequence(Packet& packet, const SequenceAdjustment& adjustment, const SequenceHistory* older,
                     Direction direction) {
    if (packet.flat.protocol != wire::protocol::tcp) return;
    const auto segment = wire::TcpView::parse(packet.transport());
    if (!segment) return;
    constexpr std::uint16_t sequence_at = 4, acknowledgment_at = 8;
    const auto shifts = [&](Direction of) {
        return sequence_shift::Shifts{adjustment.one[index(of)],
                                      older == nullptr ? nullptr : &older->one[index(of)]};
    };
    const auto own = shifts(direction), other = shifts(opposite(direction));
    const std::uint32_t sequence = segment->sequence();
    const auto by = static_cast<std::uint32_t>(own.of_sent(sequence));
    if (by != 0) edit::set_transport32(packet, sequence_at, sequence + by);
    if ((segment->flags() & wire::tcp_flag::ack) == 0) return;
    lower(packet, acknowledgment_at, other);
    constexpr std::size_t edges_from = 2, edge = 4;
    auto options = segment->options();
    while (const auto option = options.next()) {
        for (std::size_t i = 0; i < 2 * option->sack_count(); ++i)
            lower(packet, option->offset + edges_from + i * edge, other);
    }
}

}  // namespace gatehouse::track

#include "defrag/whole.h"

namespace gatehouse::defrag {

namespace {
constexpr std::uint32_t headroom = 128, tailroom = 256;
constexpr std::uint32_t stride = (headroom + max_frame + tailroom + 63) & ~63u;
}  // namespace

void join_pieces(Packet& packet, std::uint32_t bytes) {
    Whole* const whole = Whole::of(packet);
    if (whole == nullptr) return;
    const std::uint32_t before_data = packet.flat.l3_length - whole->data;
    const std::uint32_t wanted = packet.flat.l4 - packet.flat.l3 - before_data + bytes;
    if (wanted <= whole->data) whole->head = std::max(whole->head, wanted);
}

void join_all_pieces(Packet& packet) {
    if (Whole* const whole = Whole::of(packet)) whole->head = whole->data;
}

WholePool::WholePool(std::uint32_t limit)
    : wholes_(limit), memory_(new std::uint8_t[static_cast<std::size_t>(stride) * limit]) {}

Whole* WholePool::take() {
    const std::uint32_t slot = wholes_.take();
    if (slot == no_slot) return nullptr;
    Whole& whole = wholes_[slot];
    whole.slot = slot;
    Packet& packet = whole.packet;
    packet.buffer = memory_.get() + static_cast<std::size_t>(stride) * slot;
    packet.data = packet.buffer + headroom;
    packet.capacity = stride;
    packet.pool = whole_pool;
    return &whole;
}

}  // namespace gatehouse::defrag

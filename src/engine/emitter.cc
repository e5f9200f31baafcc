#include "engine/emitter.h"

#include <cassert>
#include <cstring>

namespace gatehouse {

namespace {
constexpr std::uint32_t small_frame = 2048;  // an answer quotes at most 1280 bytes
constexpr std::uint32_t large_packets = 4;
constexpr std::uint32_t link_header = 64;
constexpr std::uint32_t room_to_grow = 256;  // for what takes a mention's place
}  // namespace

EngineEmitter::EngineEmitter(std::uint32_t limit)
    : small_(static_cast<PoolId>(0), limit, small_frame, link_header, 0),
      large_(static_cast<PoolId>(1), large_packets, max_frame, link_header, 0),
      small_copies_(static_cast<PoolId>(2), limit, small_frame, link_header, 0),
      large_copies_(static_cast<PoolId>(3), large_packets, max_frame, link_header, 0),
      kept_(static_cast<PoolId>(4), limit, small_frame, link_header, room_to_grow),
      queue_(std::size_t{2} * (limit + large_packets)) {}

Pool& EngineEmitter::pool_of(const Packet& packet) {
    for (Pool* const pool : {&small_, &large_, &small_copies_, &kept_}) {
        if (pool->id() == packet.pool) return *pool;
    }
    return large_copies_;
}

Packet* EngineEmitter::make(std::uint32_t length) {
    Packet* packet = nullptr;
    if (length <= max_frame) packet = (length <= small_frame ? small_ : large_).take();
    if (packet == nullptr) {
        ++refused_;
        return nullptr;
    }
    packet->length = length;
    packet->generated = true;
    std::memset(packet->data, 0, length);
    return packet;
}

Packet* EngineEmitter::copy(const Packet& packet) {
    if (is_copy(packet)) return nullptr;
    Packet* const made = (packet.length <= small_frame ? small_copies_ : large_copies_).take();
    if (made == nullptr || !clone(packet, *made)) {
        if (made != nullptr) give_back(made);
        ++refused_;
        return nullptr;
    }
    const std::uint32_t link = made->flat.l3;
    made->data += link;
    made->length = made->flat.l3_length;
    made->checksum_start = static_cast<std::uint16_t>(made->checksum_start - link);
    made->flat.l3 = 0;
    made->vlan_count = 0;
    made->generated = true;
    made->connection = {};
    return made;
}

Packet* EngineEmitter::keep(const Packet& packet) {
    Packet* const made = packet.length <= small_frame ? kept_.take() : nullptr;
    if (made == nullptr || !clone(packet, *made)) {
        if (made != nullptr) give_back(made);
        ++refused_;
        return nullptr;
    }
    made->generated = true;
    return made;
}

void EngineEmitter::queue(Packet* packet, const Packet& because, Way way, const Sending& how) {
    assert(waiting_ < queue_.size());  // the pools have no more packets than the queue has places
    packet->traced = because.traced;
    packet->time = because.time;
    packet->cookie = because.cookie;  // whoever counts can tell what it answers
    Made made{.packet = packet, .way = way, .how = how, .from = because.in};
    if (because.length >= 12 && !because.generated) made.station = Mac::load(because.data + 6);
    queue_[(head_ + waiting_++) % queue_.size()] = made;
}

EngineEmitter::Made EngineEmitter::next() {
    if (waiting_ == 0) return {};
    const Made made = queue_[head_];
    head_ = (head_ + 1) % static_cast<std::uint32_t>(queue_.size());
    --waiting_;
    return made;
}

}  // namespace gatehouse

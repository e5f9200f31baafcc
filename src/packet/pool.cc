#include "packet/pool.h"

#include <cassert>

namespace gatehouse {

Pool::Pool(PoolId id, std::uint32_t count, std::uint32_t frame, std::uint32_t headroom,
           std::uint32_t tailroom)
    : id_(id),
      count_(count),
      headroom_(headroom),
      stride_((headroom + frame + tailroom + 63) & ~63u),
      memory_(new std::uint8_t[static_cast<std::size_t>(stride_) * count]()),
      packets_(count) {
    free_.reserve(count);
    for (std::uint32_t i = count; i-- > 0;) {
        packets_[i].buffer = memory_.get() + static_cast<std::size_t>(stride_) * i;
        free_.push_back(&packets_[i]);
    }
}

Packet* Pool::take() {
    if (free_.empty()) return nullptr;
    Packet* packet = free_.back();
    free_.pop_back();
    std::uint8_t* const buffer = packet->buffer;
    *packet = Packet{};
    packet->buffer = buffer;
    packet->data = buffer + headroom_;
    packet->capacity = stride_;
    packet->pool = id_;
    return packet;
}

void Pool::give_back(Packet* packet) {
    assert(packet->pool == id_ && free_.size() < count_);
    free_.push_back(packet);
}

bool clone(const Packet& from, Packet& to) {
    if (to.headroom() + from.length > to.capacity) return false;
    std::uint8_t *const buffer = to.buffer, *const data = to.data;
    const auto capacity = to.capacity;
    const auto pool = to.pool;
    const auto cookie = to.cookie;
    std::memcpy(data, from.data, from.length);
    to = from;
    to.buffer = buffer;
    to.data = data;
    to.capacity = capacity;
    to.pool = pool;
    to.cookie = cookie;
    return true;
}

}  // namespace gatehouse

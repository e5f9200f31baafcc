#include "io/memory_device.h"

namespace gatehouse::io {

MemoryDevice::MemoryDevice(PoolId pool, InterfaceId interface, std::uint32_t packets, std::uint32_t frame,
                           std::size_t room)
    : pool_(pool, packets, frame), interface_(interface), frame_(frame), room_(room) {}

bool MemoryDevice::put(Time time, Bytes frame) {
    if (frame.size() > frame_) return false;
    waiting_.push_back({time, {frame.begin(), frame.end()}});
    return true;
}

std::size_t MemoryDevice::receive(std::span<Packet*> batch) {
    std::size_t count = 0;
    while (count < batch.size() && !waiting_.empty()) {
        Packet* packet = pool_.take();
        if (packet == nullptr) break;
        const Frame& frame = waiting_.front();
        if (!frame.bytes.empty()) std::memcpy(packet->data, frame.bytes.data(), frame.bytes.size());
        packet->length = static_cast<std::uint32_t>(frame.bytes.size());
        packet->time = frame.time;
        packet->in = interface_;
        packet->cookie = completed_.size();
        completed_.emplace_back();
        waiting_.pop_front();
        batch[count++] = packet;
    }
    return count;
}

std::size_t MemoryDevice::transmit(std::span<const Packet* const> batch) {
    std::size_t count = 0;
    while (count < batch.size() && sent_.size() < room_) {
        const Packet& packet = *batch[count++];
        sent_.push_back({packet.time, {packet.data, packet.data + packet.length}});
    }
    return count;
}

void MemoryDevice::complete(Packet& packet, const Completed& completed) {
    if (packet.pool != pool_.id() || packet.cookie >= completed_.size() || completed_[packet.cookie]) {
        ++misuses_;
        return;
    }
    completed_[packet.cookie] = completed;
    pool_.give_back(&packet);
}

}  // namespace gatehouse::io

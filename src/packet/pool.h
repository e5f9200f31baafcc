// A pool of equal packet buffers, allocated at once: the packet path takes and gives back, and never
// allocates.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "packet/packet.h"

namespace gatehouse {

// One thread's. Packets and their buffers live as long as the pool.
class Pool {
  public:
    // `count` packets with room for a frame of `frame` bytes, headroom before and tailroom behind.
    Pool(PoolId id, std::uint32_t count, std::uint32_t frame = 2048, std::uint32_t headroom = 128,
         std::uint32_t tailroom = 256);

    // A packet with an empty frame at the default headroom and all metadata fresh; nullptr when none is left.
    Packet* take();
    void give_back(Packet* packet);

    std::uint32_t available() const { return static_cast<std::uint32_t>(free_.size()); }
    std::uint32_t size() const { return count_; }
    PoolId id() const { return id_; }

  private:
    PoolId id_;
    std::uint32_t count_;
    std::uint32_t headroom_;
    std::uint32_t stride_;
    std::unique_ptr<std::uint8_t[]> memory_;
    std::vector<Packet> packets_;
    std::vector<Packet*> free_;
};

// Copies frame and metadata into `to`, which must have room; false if it hasn't. The copy keeps `to`'s pool
// and cookie.
bool clone(const Packet& from, Packet& to);

}  // namespace gatehouse

// Packets for tests: a frame with room around it, and a parsed Packet over it. Tests only.
#pragma once
#include <vector>

#include "packet/parse.h"
#include "wire/builder.h"

namespace gatehouse {

class TestFrame {
  public:
    explicit TestFrame(Bytes frame, std::uint32_t headroom = 64, std::uint32_t tailroom = 2048)
        : buffer_(headroom + frame.size() + tailroom) {
        if (!frame.empty()) std::memcpy(buffer_.data() + headroom, frame.data(), frame.size());
        packet.buffer = buffer_.data();
        packet.data = buffer_.data() + headroom;
        packet.length = static_cast<std::uint32_t>(frame.size());
        packet.capacity = static_cast<std::uint32_t>(buffer_.size());
    }
    TestFrame(const TestFrame& other) : packet(other.packet), buffer_(other.buffer_) {
        packet.buffer = buffer_.data();
        packet.data = packet.buffer + other.packet.headroom();
    }
    TestFrame& operator=(const TestFrame&) = delete;

    Packet packet;

  private:
    std::vector<std::uint8_t> buffer_;
};

}  // namespace gatehouse

// A device for tests and embedders without a wire: frames are put in by hand, and what was sent and completed
// can be looked at.
//
// One thread's.
#pragma once
#include <deque>
#include <optional>
#include <vector>

#include "io/device.h"
#include "packet/pool.h"

namespace gatehouse::io {

class MemoryDevice final : public Device {
  public:
    // Holds `packets` packets of up to `frame` bytes at a time; their interface is `interface`. transmit()
    // takes `room` packets before it says that it is full.
    MemoryDevice(PoolId pool, InterfaceId interface, std::uint32_t packets = 256, std::uint32_t frame = 2048,
                 std::size_t room = 1u << 20);

    // A frame to be received at `time`. False if it is longer than the device's frames.
    bool put(Time time, Bytes frame);
    // No more frames will be put in.
    void finish() { finished_ = true; }

    struct Sent {
        Time time;
        std::vector<std::uint8_t> bytes;
    };
    const std::vector<Sent>& sent() const { return sent_; }
    void forget_sent() { sent_.clear(); }
    // By the order in which the frames were put in; empty until completed.
    const std::vector<std::optional<Completed>>& completed() const { return completed_; }
    // Packets received and not completed.
    std::size_t outstanding() const { return pool_.size() - pool_.available(); }
    // Completions of packets that weren't outstanding: always somebody's bug.
    std::size_t misuses() const { return misuses_; }

    std::size_t receive(std::span<Packet*> batch) override;
    std::size_t transmit(std::span<const Packet* const> batch) override;
    void complete(Packet& packet, const Completed& completed) override;
    bool exhausted() const override { return finished_ && waiting_.empty(); }

  private:
    struct Frame {
        Time time;
        std::vector<std::uint8_t> bytes;
    };

    Pool pool_;
    InterfaceId interface_;
    std::uint32_t frame_;
    std::size_t room_;
    bool finished_ = false;
    std::deque<Frame> waiting_;
    std::vector<std::optional<Completed>> completed_;  // by cookie, the number of the frame received
    std::vector<Sent> sent_;
    std::size_t misuses_ = 0;
};

}  // namespace gatehouse::io

// A device that stands before another one and writes into a capture all that comes in (as it came) and goes
// out.
//
// One thread's; the writer may be shared by devices of the same thread.
#pragma once
#include <string_view>

#include "io/device.h"
#include "io/pcapng_writer.h"

namespace gatehouse::io {

class RecordingDevice final : public Device {
  public:
    // `inner` and `writer` must outlive this. `name` is the interface's in the capture. Errors of the writer
    // stay with it: packets pass whether or not they could be recorded.
    RecordingDevice(Device& inner, PcapngWriter& writer, std::string_view name)
        : inner_(inner), writer_(writer), interface_(writer.add_interface({.name = name})) {}

    std::size_t receive(std::span<Packet*> batch) override;
    std::size_t transmit(std::span<const Packet* const> batch) override;
    void complete(Packet& packet, const Completed& completed) override { inner_.complete(packet, completed); }
    bool exhausted() const override { return inner_.exhausted(); }

  private:
    void record(const Packet& packet, CaptureDirection direction);

    Device& inner_;
    PcapngWriter& writer_;
    std::uint32_t interface_;
};

}  // namespace gatehouse::io

#include "io/recording_device.h"

namespace gatehouse::io {

void RecordingDevice::record(const Packet& packet, CaptureDirection direction) {
    static_cast<void>(writer_.write(
        {.interface = interface_, .time = packet.time, .bytes = packet.bytes(), .direction = direction}));
}

std::size_t RecordingDevice::receive(std::span<Packet*> batch) {
    const std::size_t count = inner_.receive(batch);
    for (const Packet* packet : batch.first(count)) record(*packet, CaptureDirection::inbound);
    return count;
}

std::size_t RecordingDevice::transmit(std::span<const Packet* const> batch) {
    const std::size_t count = inner_.transmit(batch);
    for (const Packet* packet : batch.first(count)) record(*packet, CaptureDirection::outbound);
    return count;
}

}  // namespace gatehouse::io

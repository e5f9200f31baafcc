// DCCP headers (RFC 4340).
#pragma once
#include "base/bytes.h"
#include "wire/fault.h"

namespace gatehouse::wire {

class DccpView {
  public:
    // `packet`: from the DCCP header to the packet's end. Checked: the data offset against the header that
    // the sequence numbers' length needs, and the checksum coverage. Faults: truncated, bad_header,
    // bad_length.
    static Checked<DccpView> parse(Bytes packet);

    std::uint16_t source() const { return load_be16(packet_.data()); }
    std::uint16_t destination() const { return load_be16(&packet_[2]); }
    std::size_t header_length() const { return packet_[4] * 4u; }
    std::uint8_t ccval() const { return packet_[5] >> 4; }
    std::uint8_t coverage() const { return packet_[5] & 0x0f; }
    std::uint16_t checksum() const { return load_be16(&packet_[6]); }
    std::uint8_t type() const { return (packet_[8] >> 1) & 0x0f; }
    bool extended() const { return (packet_[8] & 1) != 0; }
    // 48 bits, or 24.
    std::uint64_t sequence() const {
        return extended() ? load_be64(&packet_[8]) & 0xffffffffffff : load_be32(&packet_[8]) & 0xffffff;
    }
    Bytes payload() const { return packet_.subspan(header_length()); }

  private:
    explicit DccpView(Bytes packet) : packet_(packet) {}
    Bytes packet_;
};

}  // namespace gatehouse::wire

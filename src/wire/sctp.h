// SCTP packets (RFC 9260): the common header and its chunks.
#pragma once
#include <optional>

#include "base/bytes.h"
#include "wire/crc32c.h"
#include "wire/fault.h"

namespace gatehouse::wire {

// `bytes` is the whole chunk without its padding.
struct SctpChunkView {
    std::uint8_t type = 0;
    std::uint8_t flags = 0;
    std::uint32_t offset = 0;  // from the common header
    Bytes bytes{};
};

class SctpChunks {
  public:
    explicit SctpChunks(Bytes packet) : packet_(packet) {}

    // The next chunk; nothing at the end, or where one is malformed (then fault() tells): shorter than its
    // own header or past the packet's end. The last one's padding may be missing.
    std::optional<SctpChunkView> next();
    const std::optional<Fault>& fault() const { return fault_; }

  private:
    Bytes packet_;
    std::size_t at_ = 12;
    std::optional<Fault> fault_;
};

class SctpView {
  public:
    static constexpr std::size_t header = 12;

    // `packet`: from the common header to the packet's end. Faults: truncated.
    static Checked<SctpView> parse(Bytes packet);

    std::uint16_t source() const { return load_be16(packet_.data()); }
    std::uint16_t destination() const { return load_be16(&packet_[2]); }
    std::uint32_t tag() const { return load_be32(&packet_[4]); }
    std::uint32_t checksum() const { return load_be32(&packet_[8]); }
    bool checksum_ok() const { return checksum() == sctp_checksum(packet_); }
    SctpChunks chunks() const { return SctpChunks(packet_); }

  private:
    explicit SctpView(Bytes packet) : packet_(packet) {}
    Bytes packet_;
};

}  // namespace gatehouse::wire

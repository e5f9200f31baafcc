// UDP (RFC 768) and UDP-Lite (RFC 3828) headers.
#pragma once
#include "base/bytes.h"
#include "wire/fault.h"

namespace gatehouse::wire {

class UdpView {
  public:
    static constexpr std::size_t header = 8;

    // `datagram`: from the UDP header to the packet's end. Checked: that the length lies between the header's
    // and the bytes there. Faults: truncated, bad_length.
    static Checked<UdpView> parse(Bytes datagram);

    std::uint16_t source() const { return load_be16(datagram_.data()); }
    std::uint16_t destination() const { return load_be16(&datagram_[2]); }
    std::uint16_t length() const { return load_be16(&datagram_[4]); }
    std::uint16_t checksum() const { return load_be16(&datagram_[6]); }
    // As long as the length says; and what the packet has behind it.
    Bytes payload() const { return datagram_.subspan(header, length() - header); }
    Bytes surplus() const { return datagram_.subspan(length()); }

  private:
    explicit UdpView(Bytes datagram) : datagram_(datagram) {}
    Bytes datagram_;
};

class UdpLiteView {
  public:
    static constexpr std::size_t header = 8;

    // Checked: that the coverage is all, or lies between the header's length and the bytes there. Faults:
    // truncated, bad_length.
    static Checked<UdpLiteView> parse(Bytes datagram);

    std::uint16_t source() const { return load_be16(datagram_.data()); }
    std::uint16_t destination() const { return load_be16(&datagram_[2]); }
    // In bytes, zero resolved.
    std::size_t coverage() const {
        const std::size_t field = load_be16(&datagram_[4]);
        return field == 0 ? datagram_.size() : field;
    }
    std::uint16_t checksum() const { return load_be16(&datagram_[6]); }
    Bytes payload() const { return datagram_.subspan(header); }

  private:
    explicit UdpLiteView(Bytes datagram) : datagram_(datagram) {}
    Bytes datagram_;
};

}  // namespace gatehouse::wire

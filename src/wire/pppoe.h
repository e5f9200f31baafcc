// PPP over Ethernet (RFC 2516).
#pragma once
#include "base/bytes.h"
#include "wire/fault.h"

namespace gatehouse::wire {

class PppoeView {
  public:
    static constexpr std::size_t header = 6;
    static constexpr std::uint16_t ppp_ipv4 = 0x0021;
    static constexpr std::uint16_t ppp_ipv6 = 0x0057;

    // Checked: version and type 1, the length against the bytes there, and that a session's packet has its
    // PPP protocol. Faults: truncated, bad_version, bad_length.
    static Checked<PppoeView> parse(Bytes bytes);

    std::uint8_t code() const { return bytes_[1]; }
    bool is_session() const { return code() == 0; }
    std::uint16_t session() const { return load_be16(&bytes_[2]); }
    std::uint16_t length() const { return load_be16(&bytes_[4]); }
    // Of a session's packet.
    std::uint16_t ppp() const { return load_be16(&bytes_[6]); }
    // Behind the PPP protocol of a session's packet, behind the header of another.
    Bytes payload() const { return bytes_.subspan(is_session() ? header + 2 : header); }

  private:
    explicit PppoeView(Bytes bytes) : bytes_(bytes) {}
    Bytes bytes_;
};

}  // namespace gatehouse::wire

// IPsec's headers: AH (RFC 4302) and ESP (RFC 4303).
#pragma once
#include "base/bytes.h"
#include "wire/fault.h"

namespace gatehouse::wire {

class AhView {
  public:
    // `bytes`: from the header to the packet's end. Checked: the length. Faults: truncated, bad_header.
    static Checked<AhView> parse(Bytes bytes);
    std::uint8_t next_header() const { return bytes_[0]; }
    std::size_t header_length() const { return (bytes_[1] + 2u) * 4u; }
    std::uint32_t spi() const { return load_be32(&bytes_[4]); }
    std::uint32_t sequence() const { return load_be32(&bytes_[8]); }
    Bytes check_value() const { return bytes_.subspan(12, header_length() - 12); }
    Bytes payload() const { return bytes_.subspan(header_length()); }

  private:
    explicit AhView(Bytes bytes) : bytes_(bytes) {}
    Bytes bytes_;
};

class EspView {
  public:
    static constexpr std::size_t header = 8;
    // Faults: truncated.
    static Checked<EspView> parse(Bytes bytes);
    std::uint32_t spi() const { return load_be32(bytes_.data()); }
    std::uint32_t sequence() const { return load_be32(&bytes_[4]); }
    Bytes ciphertext() const { return bytes_.subspan(header); }

  private:
    explicit EspView(Bytes bytes) : bytes_(bytes) {}
    Bytes bytes_;
};

}  // namespace gatehouse::wire

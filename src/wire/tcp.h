// TCP headers (RFC 9293) and their options (RFC 7323, RFC 2018).
#pragma once
#include <array>
#include <optional>

#include "base/bytes.h"
#include "wire/fault.h"
#include "wire/fields.h"
#include "wire/protocol.h"

namespace gatehouse::wire {

// One option as it stands in a header; `bytes` is the whole of it, kind and length included. The typed
// readers give nothing if the option is of another kind or hasn't its kind's length.
struct TcpOption {
    std::uint8_t kind = 0;
    std::uint8_t offset = 0;  // from the TCP header
    Bytes bytes{};

    std::optional<std::uint16_t> mss() const;
    std::optional<std::uint8_t> window_scale() const;
    bool sack_permitted() const { return kind == tcp_option::sack_permitted && bytes.size() == 2; }
    struct Timestamps {
        std::uint32_t value = 0;
        std::uint32_t echo = 0;
    };
    std::optional<Timestamps> timestamps() const;
    // How many selective acknowledgments there are (at most four), and each.
    std::size_t sack_count() const;
    Sack sack(std::size_t i) const { return {load_be32(&bytes[2 + 8 * i]), load_be32(&bytes[6 + 8 * i])}; }
};

// Walks the options up to the end-of-list option or the header's end. No-operations are passed over.
class TcpOptions {
  public:
    // `options`: the header's bytes past the first 20.
    explicit TcpOptions(Bytes options) : options_(options) {}

    // The next option; nothing at the end, or where one is malformed (then fault() tells).
    std::optional<TcpOption> next();
    const std::optional<Fault>& fault() const { return fault_; }

  private:
    Bytes options_;
    std::size_t at_ = 0;
    std::optional<Fault> fault_;
};

class TcpView {
  public:
    static constexpr std::size_t minimum = 20;

    // `segment`: from the TCP header to the packet's end. Checked: the data offset. Faults: truncated,
    // bad_header.
    static Checked<TcpView> parse(Bytes segment);

    std::uint16_t source() const { return load_be16(segment_.data()); }
    std::uint16_t destination() const { return load_be16(&segment_[2]); }
    std::uint32_t sequence() const { return load_be32(&segment_[4]); }
    std::uint32_t acknowledgment() const { return load_be32(&segment_[8]); }
    std::size_t header_length() const { return (segment_[12] >> 4) * 4u; }
    std::uint8_t flags() const { return segment_[13]; }
    std::uint16_t window() const { return load_be16(&segment_[14]); }
    std::uint16_t checksum() const { return load_be16(&segment_[16]); }
    std::uint16_t urgent() const { return load_be16(&segment_[18]); }
    TcpOptions options() const { return TcpOptions(segment_.subspan(minimum, header_length() - minimum)); }
    Bytes payload() const { return segment_.subspan(header_length()); }

  private:
    explicit TcpView(Bytes segment) : segment_(segment) {}
    Bytes segment_;
};

}  // namespace gatehouse::wire

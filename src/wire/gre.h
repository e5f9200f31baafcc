// GRE: version 0 (RFC 2784, RFC 2890) and version 1, as PPTP uses it (RFC 2637).
#pragma once
#include <optional>

#include "base/bytes.h"
#include "wire/fault.h"

namespace gatehouse::wire {

class GreView {
  public:
    // `packet`: from the GRE header to the packet's end. Checked: the version, that every part that the flags
    // announce is there, that no source routing is asked for, and that version 1 has a key, carries PPP and
    // has the payload that it claims. Faults: truncated, bad_version, bad_header (flags found, flags that may
    // be), bad_type, bad_length.
    static Checked<GreView> parse(Bytes packet);

    unsigned version() const { return packet_[1] & 7; }
    std::uint16_t type() const { return load_be16(&packet_[2]); }
    std::optional<std::uint16_t> checksum() const;
    bool checksum_ok() const;  // true without one
    // Version 1: payload length and call id.
    std::optional<std::uint32_t> key() const;
    std::uint16_t call() const { return static_cast<std::uint16_t>(key().value_or(0)); }
    std::optional<std::uint32_t> sequence() const;
    std::optional<std::uint32_t> acknowledgment() const;
    Bytes payload() const { return packet_.subspan(header_); }

  private:
    GreView(Bytes packet, std::size_t header) : packet_(packet), header_(header) {}
    bool has(std::uint16_t flag) const { return (load_be16(packet_.data()) & flag) != 0; }
    Bytes packet_;
    std::size_t header_;
};

}  // namespace gatehouse::wire

// IPv4 headers (RFC 791): a checked view, and a walk over the options.
#pragma once
#include <optional>

#include "wire/address.h"
#include "wire/fault.h"

namespace gatehouse::wire {

// One option as it stands in a header; `bytes` is the whole of it, kind and length included.
struct Ipv4Option {
    std::uint8_t kind = 0;
    std::uint8_t offset = 0;  // from the IPv4 header
    Bytes bytes{};
};

// Walks the options up to the end-of-list option or the header's end. No-operations are passed over.
class Ipv4Options {
  public:
    // `options`: the header's bytes past the first 20.
    explicit Ipv4Options(Bytes options) : options_(options) {}

    // The next option; nothing at the end, or where one is malformed (then fault() tells).
    std::optional<Ipv4Option> next();
    const std::optional<Fault>& fault() const { return fault_; }

  private:
    Bytes options_;
    std::size_t at_ = 0;
    std::optional<Fault> fault_;
};

class Ipv4View {
  public:
    static constexpr std::size_t minimum = 20;
    static constexpr std::uint16_t more_fragments = 0x2000;
    static constexpr std::uint16_t dont_fragment = 0x4000;

    // `bytes` starts at the header and may go on past the packet (link padding). Checked: the version, the
    // header length, and that the total length lies between the header's and the bytes there. The checksum
    // is checksum_ok()'s. Faults: truncated, bad_version, bad_header, bad_length.
    static Checked<Ipv4View> parse(Bytes bytes);
    // The same for a packet that may be cut short, as ICMP errors embed it: the total length isn't held
    // against the bytes there.
    static Checked<Ipv4View> parse_embedded(Bytes bytes);

    std::uint8_t tos() const { return bytes_[1]; }
    std::uint16_t total_length() const { return load_be16(&bytes_[2]); }
    std::uint16_t id() const { return load_be16(&bytes_[4]); }
    bool dont_fragment_set() const { return (load_be16(&bytes_[6]) & dont_fragment) != 0; }
    bool more_fragments_set() const { return (load_be16(&bytes_[6]) & more_fragments) != 0; }
    // In units of eight bytes.
    std::uint16_t fragment_offset() const { return load_be16(&bytes_[6]) & 0x1fff; }
    std::uint8_t ttl() const { return bytes_[8]; }
    std::uint8_t protocol() const { return bytes_[9]; }
    std::uint16_t checksum() const { return load_be16(&bytes_[10]); }
    Address source() const { return Address::load(&bytes_[12], Family::ipv4); }
    Address destination() const { return Address::load(&bytes_[16], Family::ipv4); }

    std::size_t header_length() const { return (bytes_[0] & 0x0fu) * 4u; }
    Bytes header() const { return bytes_.first(header_length()); }
    Ipv4Options options() const { return Ipv4Options(header().subspan(minimum)); }
    Bytes payload() const { return bytes_.subspan(header_length()); }
    bool checksum_ok() const { return checksum() == right_checksum(); }
    // What the checksum field should hold.
    std::uint16_t right_checksum() const;

  private:
    explicit Ipv4View(Bytes bytes) : bytes_(bytes) {}
    Bytes bytes_;  // the packet, padding excluded
};

}  // namespace gatehouse::wire

// IPv6 headers (RFC 8200): the fixed header, the chain of extension headers, and the options in them.
#pragma once
#include <optional>

#include "wire/address.h"
#include "wire/fault.h"
#include "wire/protocol.h"

namespace gatehouse::wire {

class Ipv6View {
  public:
    static constexpr std::size_t length = 40;

    // `bytes` starts at the header and may go on past the packet (link padding). Checked: the version, and
    // that the payload length is not more than the bytes there. A payload length of zero before a hop-by-hop
    // header announces a jumbogram: the packet then takes in all of `bytes`. Faults: truncated, bad_version,
    // bad_length.
    static Checked<Ipv6View> parse(Bytes bytes);
    // The same for a packet that may be cut short, as ICMPv6 errors embed it.
    static Checked<Ipv6View> parse_embedded(Bytes bytes);

    std::uint8_t traffic_class() const { return static_cast<std::uint8_t>(load_be16(bytes_.data()) >> 4); }
    std::uint32_t flow_label() const { return load_be32(bytes_.data()) & 0xfffff; }
    std::uint16_t payload_length() const { return load_be16(&bytes_[4]); }
    std::uint8_t next_header() const { return bytes_[6]; }
    std::uint8_t hop_limit() const { return bytes_[7]; }
    Address source() const { return Address::load(&bytes_[8], Family::ipv6); }
    Address destination() const { return Address::load(&bytes_[24], Family::ipv6); }

    // The packet, padding excluded.
    Bytes bytes() const { return bytes_; }
    Bytes payload() const { return bytes_.subspan(length); }

  private:
    explicit Ipv6View(Bytes bytes) : bytes_(bytes) {}
    Bytes bytes_;
};

// One extension header of a chain; `bytes` is the whole of it.
struct Ipv6Extension {
    std::uint8_t number = 0;  // wire::protocol
    std::uint8_t next = 0;
    std::uint32_t offset = 0;  // from the IPv6 header
    Bytes bytes{};
};

// Walks the chain of extension headers whose length can be read: hop-by-hop, routing, fragment,
// authentication, destination options, mobility. Stops before anything else (a transport protocol, ESP, "no
// next header") and after a fragment header whose offset isn't zero, since what follows it is data.
class Ipv6Extensions {
  public:
    explicit Ipv6Extensions(const Ipv6View& view) : packet_(view.bytes()), number_(view.next_header()) {}

    // The next header; nothing at the chain's end, or where one runs past the packet (then fault() tells).
    std::optional<Ipv6Extension> next();
    const std::optional<Fault>& fault() const { return fault_; }
    // Where the walk stands: the number of the header that comes next, and its offset from the IPv6 header.
    std::uint8_t number() const { return number_; }
    std::uint32_t offset() const { return offset_; }
    Bytes rest() const { return packet_.subspan(offset_); }

  private:
    Bytes packet_;
    std::uint8_t number_;
    std::uint32_t offset_ = Ipv6View::length;
    bool stopped_ = false;
    std::optional<Fault> fault_;
};

// A routing header (RFC 8200, 4.4) of at least four bytes.
class RoutingView {
  public:
    static Checked<RoutingView> parse(Bytes extension);
    std::uint8_t type() const { return bytes_[2]; }
    std::uint8_t segments_left() const { return bytes_[3]; }

  private:
    explicit RoutingView(Bytes bytes) : bytes_(bytes) {}
    Bytes bytes_;
};

// A fragment header (RFC 8200, 4.5).
class FragmentView {
  public:
    static constexpr std::size_t length = 8;
    static Checked<FragmentView> parse(Bytes extension);
    std::uint8_t next_header() const { return bytes_[0]; }
    // In units of eight bytes.
    std::uint16_t fragment_offset() const { return static_cast<std::uint16_t>(load_be16(&bytes_[2]) >> 3); }
    bool more_fragments() const { return (bytes_[3] & 1) != 0; }
    std::uint32_t id() const { return load_be32(&bytes_[4]); }

  private:
    explicit FragmentView(Bytes bytes) : bytes_(bytes) {}
    Bytes bytes_;
};

// One option of a hop-by-hop or destination options header; `bytes` is the whole of it.
struct Ipv6Option {
    std::uint8_t kind = 0;
    std::uint32_t offset = 0;  // from the extension header
    Bytes bytes{};
};

// Walks the options of a hop-by-hop or destination options header, padding included.
class Ipv6Options {
  public:
    explicit Ipv6Options(Bytes extension) : bytes_(extension) {}

    // The next option; nothing at the end, or where one is malformed (then fault() tells).
    std::optional<Ipv6Option> next();
    const std::optional<Fault>& fault() const { return fault_; }

  private:
    Bytes bytes_;
    std::size_t at_ = 2;
    std::optional<Fault> fault_;
};

// Where a packet's transport header is, as Linux's ipv6_find_hdr() finds it.
struct TransportPlace {
    // Past every extension header; that of a fragment other than the first as its fragment header says it.
    // A chain that can't be followed to its end leaves the number of the header at which it broke, which
    // is_skipped_extension() knows.
    std::uint8_t protocol = 0;
    // From the IPv6 header, never past the packet's end; of a fragment's data.
    std::uint32_t offset = 0;
    std::uint16_t fragment_offset = 0;  // in units of eight bytes
    bool fragmented = false;            // more follow, or the offset isn't zero
};
// `packet`: at least the fixed header, up to the packet's end.
TransportPlace find_transport(Bytes packet);

// The first header with a given number, as Linux's ipv6_find_hdr() finds it: the search ends at the first
// header that isn't an extension header, and at what a fragment other than the first holds.
struct HeaderPlace {
    enum class Search : std::uint8_t {
        found,
        absent,
        broken,  // the packet ends before it is there or absent for certain
    };
    Search search = Search::absent;
    std::uint32_t offset = 0;  // from the IPv6 header; its first bytes (four of a routing header) are there
};
HeaderPlace find_header(Bytes packet, std::uint8_t number);

}  // namespace gatehouse::wire

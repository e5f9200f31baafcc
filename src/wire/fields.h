// What goes into a header that PacketBuilder writes: one plain struct a protocol, in host order.
//
// An optional field left empty is worked out: numbers of the next header from what follows, lengths and
// checksums when the packet is finished. One that is set is written as it is, however wrong.
#pragma once
#include <array>
#include <initializer_list>
#include <optional>

#include "wire/address.h"
#include "wire/protocol.h"

namespace gatehouse::wire {

struct Ethernet {
    Mac destination{};
    Mac source{};
    std::optional<std::uint16_t> type{};  // below 0x600: an 802.3 length; worked out if LLC follows
};

struct Vlan {
    std::uint16_t id = 0;
    std::uint8_t priority = 0;
    bool drop_eligible = false;
    std::uint16_t protocol = ethertype::vlan;  // of this tag: ethertype::service_vlan for the outer of two
    std::optional<std::uint16_t> type{};       // of what follows
};

// 802.2; with a SNAP header if both SAPs are 0xaa.
struct Llc {
    std::uint8_t destination_sap = 0xaa;
    std::uint8_t source_sap = 0xaa;
    std::uint8_t control = 3;
    std::uint32_t organisation = 0;       // SNAP: 24 bits
    std::optional<std::uint16_t> type{};  // SNAP: of what follows
};

struct Arp {
    std::uint16_t operation = 1;
    Mac sender_mac{};
    Address sender{};
    Mac target_mac{};
    Address target{};
};

struct Pppoe {
    std::uint8_t code = 0;  // 0: a session's data, with a PPP protocol behind
    std::uint16_t session = 0;
    std::optional<std::uint16_t> length{};
    std::optional<std::uint16_t> ppp{};
};

struct Ipv4 {
    Address source{};
    Address destination{};
    std::uint8_t ttl = 64;
    std::uint8_t tos = 0;
    std::uint16_t id = 0;
    bool dont_fragment = false;
    bool more_fragments = false;
    bool reserved_bit = false;
    std::uint16_t fragment_offset = 0;  // in units of eight bytes
    Bytes options{};                    // padded to words with end-of-list
    std::uint8_t version = 4;
    std::optional<std::uint8_t> header_words{};
    std::optional<std::uint8_t> protocol{};
    std::optional<std::uint16_t> total_length{};
    std::optional<std::uint16_t> checksum{};
};

struct Ipv6 {
    Address source{};
    Address destination{};
    std::uint8_t hop_limit = 64;
    std::uint8_t traffic_class = 0;
    std::uint32_t flow_label = 0;
    std::uint8_t version = 6;
    std::optional<std::uint8_t> next{};
    std::optional<std::uint16_t> payload_length{};
};

// A hop-by-hop, routing, destination options or mobility header: `body` is what follows its two first bytes,
// padded to a multiple of eight (options with Pad1 or PadN, others with zeros).
struct Ipv6ExtensionFields {
    Bytes body{};
    std::optional<std::uint8_t> next{};
    std::optional<std::uint8_t> length{};  // in units of eight bytes, the first eight not counted
};

struct Ipv6Fragment {
    std::uint32_t id = 0;
    std::uint16_t offset = 0;  // in units of eight bytes
    bool more = false;
    std::optional<std::uint8_t> next{};
};

struct Ah {
    std::uint32_t spi = 0;
    std::uint32_t sequence = 0;
    Bytes check_value{};  // a multiple of four bytes; of eight (less four) in IPv6
    std::optional<std::uint8_t> next{};
    std::optional<std::uint8_t> length{};  // in words, less two
};

struct Esp {
    std::uint32_t spi = 0;
    std::uint32_t sequence = 0;
};

struct Sack {
    std::uint32_t left = 0;
    std::uint32_t right = 0;
};

// TCP options in their order, at most forty bytes. What doesn't fit is left out and makes overflowed() true.
class TcpOptionList {
  public:
    TcpOptionList& mss(std::uint16_t value);
    TcpOptionList& window_scale(std::uint8_t shift);
    TcpOptionList& sack_permitted();
    TcpOptionList& sack(std::initializer_list<Sack> blocks);
    TcpOptionList& timestamps(std::uint32_t value, std::uint32_t echo);
    TcpOptionList& nop();
    TcpOptionList& end();
    TcpOptionList& raw(Bytes bytes);

    Bytes bytes() const { return {bytes_.data(), size_}; }
    bool overflowed() const { return overflowed_; }

  private:
    std::array<std::uint8_t, 40> bytes_{};
    std::uint8_t size_ = 0;
    bool overflowed_ = false;
};

struct Tcp {
    std::uint16_t source = 0;
    std::uint16_t destination = 0;
    std::uint32_t sequence = 0;
    std::uint32_t acknowledgment = 0;
    std::uint8_t flags = 0;  // tcp_flag
    std::uint16_t window = 65'535;
    std::uint16_t urgent = 0;
    TcpOptionList options{};  // padded to words with end-of-list
    std::optional<std::uint8_t> header_words{};
    std::optional<std::uint16_t> checksum{};
};

struct Udp {
    std::uint16_t source = 0;
    std::uint16_t destination = 0;
    std::optional<std::uint16_t> length{};
    std::optional<std::uint16_t> checksum{};
};

struct UdpLite {
    std::uint16_t source = 0;
    std::uint16_t destination = 0;
    std::uint16_t coverage = 0;  // in bytes, the header's eight among them; 0: all
    std::optional<std::uint16_t> checksum{};
};

// ICMP and ICMPv6; which of them, the builder's call says.
struct Icmp {
    std::uint8_t type = 0;
    std::uint8_t code = 0;
    std::uint32_t rest = 0;  // the header's second word: echo's id and sequence, an MTU, a pointer
    std::optional<std::uint16_t> checksum{};

    static constexpr std::uint32_t echo(std::uint16_t id, std::uint16_t sequence) {
        return std::uint32_t{id} << 16 | sequence;
    }
};

struct Sctp {
    std::uint16_t source = 0;
    std::uint16_t destination = 0;
    std::uint32_t tag = 0;
    std::optional<std::uint32_t> checksum{};
};

// One chunk; `body` is what follows its four first bytes.
struct SctpChunk {
    std::uint8_t type = 0;
    std::uint8_t flags = 0;
    Bytes body{};
};

struct Dccp {
    std::uint16_t source = 0;
    std::uint16_t destination = 0;
    std::uint8_t type =
        0;  // 0 request, 1 response, 2 data, 3 ack, 4 data-ack, 5 close-request, 6 close, 7 reset
    std::uint8_t coverage = 0;   // RFC 4340, 9.2
    std::uint64_t sequence = 0;  // 48 bits
    Bytes rest{};                // what follows the generic header of sixteen bytes; padded to words
    std::optional<std::uint16_t> checksum{};
};

struct Gre {
    bool has_checksum = false;
    std::optional<std::uint32_t> key{};
    std::optional<std::uint32_t> sequence{};
    std::optional<std::uint16_t> type{};  // of what follows
};

// GRE version 1 as PPTP uses it (RFC 2637).
struct PptpGre {
    std::uint16_t call = 0;
    std::optional<std::uint32_t> sequence{};
    std::optional<std::uint32_t> acknowledgment{};
    std::optional<std::uint16_t> length{};  // of the payload
};

}  // namespace gatehouse::wire

// ICMP (RFC 792, RFC 4884) and ICMPv6 (RFC 4443): the header that both share. Neighbour Discovery is in nd.h.
#pragma once
#include "wire/address.h"
#include "wire/fault.h"
#include "wire/protocol.h"

namespace gatehouse::wire {

class IcmpView {
  public:
    static constexpr std::size_t header = 8;

    // `message`: from the ICMP header to the packet's end. Faults: truncated.
    static Checked<IcmpView> parse(Bytes message, Family family);

    std::uint8_t type() const { return message_[0]; }
    std::uint8_t code() const { return message_[1]; }
    std::uint16_t checksum() const { return load_be16(&message_[2]); }
    std::uint32_t rest() const { return load_be32(&message_[4]); }
    bool is_error() const { return is_v4(family_) ? icmp::is_error(type()) : icmpv6::is_error(type()); }
    // A query or its answer, which an id pairs: echo, and for IPv4 timestamp, information, address mask.
    bool has_id() const;
    std::uint16_t id() const { return load_be16(&message_[4]); }
    std::uint16_t sequence() const { return load_be16(&message_[6]); }
    // Of a "fragmentation needed" or "packet too big": the next hop's MTU.
    std::uint32_t mtu() const { return is_v4(family_) ? load_be16(&message_[6]) : rest(); }
    // Of an IPv4 redirect.
    Address gateway() const { return Address::v4(rest()); }
    // Behind the header: an error's embedded packet, a query's data.
    Bytes payload() const { return message_.subspan(header); }

  private:
    IcmpView(Bytes message, Family family) : message_(message), family_(family) {}
    Bytes message_;
    Family family_;
};

}  // namespace gatehouse::wire

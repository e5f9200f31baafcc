// Neighbour Discovery (RFC 4861): the five messages, and their options.
#pragma once
#include <optional>

#include "wire/address.h"
#include "wire/fault.h"
#include "wire/protocol.h"

namespace gatehouse::wire {

// `bytes` is the whole option. The typed readers give nothing for another kind or a length that isn't its.
struct NdOption {
    std::uint8_t kind = 0;
    std::uint32_t offset = 0;  // from the ICMPv6 header
    Bytes bytes{};

    std::optional<Mac> link_address() const;  // of source or target
    std::optional<std::uint32_t> mtu() const;
    std::optional<Prefix> prefix() const;
    std::optional<Bytes> redirected() const;  // the packet that was redirected, as far as it goes
};

class NdOptions {
  public:
    NdOptions(Bytes message, std::size_t at) : message_(message), at_(at) {}

    // The next option; nothing at the end, or where one is malformed (then fault() tells): its length is zero
    // or runs past the message.
    std::optional<NdOption> next();
    const std::optional<Fault>& fault() const { return fault_; }

  private:
    Bytes message_;
    std::size_t at_;
    std::optional<Fault> fault_;
};

// A solicitation, an advertisement (of a neighbour or a router) or a redirect.
class NdView {
  public:
    // `message`: from the ICMPv6 header to the packet's end. Checked: the type and its fixed part. The
    // options are checked as they are walked. Faults: truncated, bad_type.
    static Checked<NdView> parse(Bytes message);

    std::uint8_t type() const { return message_[0]; }
    // Of a neighbour's solicitation or advertisement, or a redirect.
    bool has_target() const {
        return type() != icmpv6::router_solicitation && type() != icmpv6::router_advertisement;
    }
    Address target() const { return Address::load(&message_[8], Family::ipv6); }
    // Of a redirect.
    Address destination() const { return Address::load(&message_[24], Family::ipv6); }
    // Of a neighbour advertisement.
    bool from_router() const { return (message_[4] & 0x80) != 0; }
    bool solicited() const { return (message_[4] & 0x40) != 0; }
    bool overrides() const { return (message_[4] & 0x20) != 0; }
    // Of a router advertisement.
    std::uint8_t hop_limit() const { return message_[4]; }
    std::uint8_t router_flags() const { return message_[5]; }
    std::uint16_t lifetime() const { return load_be16(&message_[6]); }  // seconds

    NdOptions options() const { return {message_, fixed_}; }
    // The first of a kind; nothing, too, if a malformed option comes before it.
    std::optional<NdOption> option(std::uint8_t kind) const;

  private:
    NdView(Bytes message, std::size_t fixed) : message_(message), fixed_(fixed) {}
    Bytes message_;
    std::size_t fixed_;
};

}  // namespace gatehouse::wire

// IPv4 addresses inside IPv6 addresses (RFC 6052): a prefix, and how an IPv4 address stands behind it.
//
// Pure; any thread.
#pragma once
#include <cstdint>
#include <optional>

#include "base/error.h"
#include "wire/address.h"

namespace gatehouse::nat {

class Embedding {
  public:
    // The well-known prefix, 64:ff9b::/96 (2.1).
    Embedding() = default;
    // A prefix of 32, 40, 48, 56, 64 or 96 bits, with nothing behind it and zeros in bits 64 to 71 (2.2).
    static Result<Embedding> make(const Address& prefix, unsigned length);

    // The IPv6 address that stands for an IPv4 address; what isn't prefix or address in it is zero.
    Address embed(const Address& v4) const;
    // The IPv4 address of an IPv6 address; nothing unless it has the prefix and zeros in bits 64 to 71. What
    // stands behind the IPv4 address is left for later standards to speak of, and doesn't count (2.2).
    std::optional<Address> extract(const Address& v6) const;

    // Whether it may stand for this address: the well-known prefix is for global addresses alone (3.1). Those
    // of documentation (RFC 5737) count as global: no network has them, and examples do.
    bool may_embed(const Address& v4) const;

    const Address& prefix() const { return prefix_; }
    unsigned length() const { return length_; }
    bool is_well_known() const { return *this == Embedding{}; }

    friend bool operator==(const Embedding&, const Embedding&) = default;

  private:
    Embedding(const Address& prefix, unsigned length)
        : prefix_(prefix), length_(static_cast<std::uint8_t>(length)) {}

    Address prefix_{{0x0064ff9b, 0, 0, 0}};
    std::uint8_t length_ = 96;
};

// Whether a host can have it, and be talked to by it: neither "this network", loopback, multicast, reserved
// nor the broadcast address (RFC 1122, 3.2.1.3).
bool is_host_address4(const Address& v4);

}  // namespace gatehouse::nat

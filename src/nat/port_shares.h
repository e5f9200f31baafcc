// Deterministic mappings (RFC 7422): which ports of which outside address a client has follows from its
// address alone, so that nobody needs to log who had a port when.
//
// Clients share the outside addresses in order; each address's ports from 1024 on are shared equally among
// its clients (the RFC's section 2.2, without a pool of ports for those who need more). Pure; any thread.
#pragma once
#include <cstdint>
#include <optional>

#include "base/error.h"
#include "wire/address.h"

namespace gatehouse::nat {

class PortShares {
  public:
    struct Share {
        Address outside{};
        std::uint16_t first_port = 0, last_port = 0;
        friend bool operator==(const Share&, const Share&) = default;
    };

    // IPv4: the clients of a network, and the first and last outside address. An error if there are more
    // clients than ports.
    static Result<PortShares> make(const Address& network, std::uint8_t length, const Address& low,
                                   const Address& high);

    // A client's ports; nothing for somebody else.
    std::optional<Share> share_of(const Address& client) const;
    // Who has a port of an outside address; nothing if nobody can.
    std::optional<Address> client_of(const Address& outside, std::uint16_t port) const;

    std::uint32_t ports_each() const { return ports_each_; }

    friend bool operator==(const PortShares&, const PortShares&) = default;

  private:
    std::uint32_t network_ = 0, low_ = 0;
    std::uint64_t clients_ = 0, outsides_ = 0;
    std::uint32_t clients_each_ = 0, ports_each_ = 0;  // of an outside address; of a client
};

}  // namespace gatehouse::nat

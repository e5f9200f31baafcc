// How often this host answers with ICMP errors: one budget for all, and one for each destination, as Linux
// keeps them.
//
// The engine's thread only. Bounded: a destination whose place another has taken starts with a full budget.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "base/time.h"
#include "stack/tunables.h"
#include "wire/address.h"

namespace gatehouse {

class IcmpLimit {
  public:
    IcmpLimit();

    // May an ICMP (or ICMPv6) message of this type go to `destination` now? Takes a token if so.
    // `prefix_length`: of the route there (ICMPv6 allows more to a whole network than to one host).
    bool allow(Family family, std::uint8_t type, const Address& destination, unsigned prefix_length,
               const Tunables& tunables, Time now);

  private:
    bool allow_any(const Tunables& tunables, Time now);
    bool allow_peer(const Address& peer, std::int64_t every_ms, Time now);

    struct Peer {
        Address address{};
        bool used = false;
        std::int64_t tokens_ms = 0;
        Time last{};
    };
    std::vector<Peer> peers_;
    std::uint32_t credit_ = 0;
    Time credit_at_{};
    bool credit_started_ = false;
};

}  // namespace gatehouse

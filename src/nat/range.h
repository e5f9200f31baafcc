// What a rule lets a connection's address and port become.
#pragma once
#include <cstdint>

#include "wire/address.h"

namespace gatehouse::nat {

struct Range {
    Address low{}, high{};                        // when `addresses`; the words of IPv6 count one by one
    std::uint16_t first_port = 0, last_port = 0;  // when `ports`; of ICMP, ids
    std::uint16_t base = 0;                       // the port that stands for the first; 0: none
    std::uint16_t block = 0;                      // ports that a client gets at a time (nat/port_blocks.h)
    bool addresses = false;
    bool ports = false;
    bool random = false;      // a port that is chosen anew for each connection, kept for none
    bool persistent = false;  // a client's address doesn't depend on whom it talks to
    bool eim = false;         // the same mapping whoever it talks to, and open to all (nat/endpoints.h)

    static Range one(const Address& address) { return {.low = address, .high = address, .addresses = true}; }
};

}  // namespace gatehouse::nat

// A sensible router for a capture or a packet that comes without a network description.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "network/network.h"
#include "wire/address.h"

namespace gatehouse::frontend {

// Two legs: what is inside, and all the rest. A packet comes in by the leg that its source address is on.
struct DerivedNetwork {
    network::Network network;  // ports: inside, outside
    std::vector<Prefix> inside{};
    bool named = false;  // the capture names two interfaces: packets come in by the one that took them
    std::string why;     // for the user: "inside: 10.0.0.0/8, … (private addresses)"
};

struct DeriveOptions {
    std::vector<Prefix> inside;  // empty: found out from the capture
    std::string inside_name;     // empty: as the capture names them, else "inside" and "outside"
    std::string outside_name;
};

// Looks at the first packets of the capture alone (a bounded number). Private and unique local addresses are
// inside when public ones occur, too; otherwise the network of the first sender is.
Result<DerivedNetwork> derive_network(const std::string& capture, const DeriveOptions& options);
// The same for one frame that comes in by `interface`, which names the leg that its source is on unless that
// is the other leg's name.
DerivedNetwork derive_network(std::string_view interface, Bytes frame, const DeriveOptions& options);

}  // namespace gatehouse::frontend

// A network as people describe it: the ports of one device, its routes, policy rules and sysctls.
//
// One description drives the engine (network/configure.h) and the real kernel (oracle::Kernel), so that both
// do the same work. Values; any thread.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "wire/address.h"

namespace gatehouse::network {

struct Port {
    std::string name;  // up to 15 characters
    Mac mac;
    std::vector<std::string> addresses;                   // "10.0.1.1/24", "fd00:1::1/64"
    std::vector<std::pair<std::string, Mac>> neighbours;  // address without a length
    unsigned mtu = 1500;
};

struct Network {
    std::vector<Port> ports;
    // What follows `ip route add` and `ip rule add`; for IPv6 when it holds a colon or begins with "-6 ".
    std::vector<std::string> routes;
    std::vector<std::string> rules;
    // Set last; a key that doesn't exist is an error.
    std::vector<std::pair<std::string, std::string>> sysctls;
};

}  // namespace gatehouse::network

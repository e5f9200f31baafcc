// A network as people describe it: the ports of one device, its routes, policy rules and sysctls.
//
// One description drives the engine (network/configure.h) and the real kernel (oracle::Kernel), so that both
// do the same work. Values; any thread.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "wire/address.h"

namespace gatehouse::network {

struct Port {
    std::string name;  // up to 15 characters
    Mac mac;
    std::vector<std::string> addresses;                   // "10.0.1.1/24", "fd00:1::1/64"
    std::vector<std::pair<std::string, Mac>> neighbours;  // address without a length
    unsigned mtu = 1500;
    bool up = true;
    bool accept_tagged = false;  // takes frames with VLAN tags as if they had none; the engine's ports alone
};

struct Network {
    bool debug = false;  // mode = "debug": every knob of connection tracking may be set
    std::vector<Port> ports;
    // What follows `ip route add` and `ip rule add`; for IPv6 when it holds a colon or begins with "-6 ".
    std::vector<std::string> routes;
    std::vector<std::string> rules;
    // Set last; a key that doesn't exist is an error.
    std::vector<std::pair<std::string, std::string>> sysctls;
    // Timeout policies ("default" or a name of one's own): timeouts by name, as in "tcp.established".
    struct TimeoutSetting {
        std::string policy, timeout, value;
    };
    std::vector<TimeoutSetting> timeouts;
    // Of the engine itself (network/settings.h); a kernel has none of these.
    std::vector<std::pair<std::string, std::string>> settings;
    // Where a text above (an address, a route, a rule, the name of a sysctl or setting, a timeout as
    // "POLICY.PROTOCOL.NAME") stands in the file
    // that it is from, for errors about it.
    std::map<std::string, Place, std::less<>> places;
};

}  // namespace gatehouse::network

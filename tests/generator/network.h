// The network that rulesets and packets of the generator play in.
#pragma once
#include <string>
#include <vector>

#include "oracle/kernel_network.h"

namespace gatehouse::generator {

// A router between `lan`, `wan` (with the default routes) and `dmz` (a smaller MTU).
network::Network network();
// The same with what only the kernel needs, which keeps the fragments of all the trials: no reassembly that
// times out in the middle of a run, and room for all.
network::Network kernel_network();

// Addresses that rules and packets use: hosts of each port's network, all of them static neighbours, and
// hosts far away.
const std::vector<std::string>& hosts(Family family);
// The router's own, broadcast, multicast, loopback, unspecified, reserved, and unreachable ones.
const std::vector<std::string>& special(Family family);
Mac neighbour(unsigned port);

}  // namespace gatehouse::generator

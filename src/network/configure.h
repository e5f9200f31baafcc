// The engine's configuration, made of a network's description.
#pragma once
#include "base/error.h"
#include "engine/engine.h"
#include "network/network.h"

namespace gatehouse::network {

// Everything in the description is obeyed or refused by name: an unknown sysctl, a malformed address, a route
// over a port that isn't there. A loopback interface `lo` is added. Interface ids follow the ports' order,
// after lo.
Result<Configuration> configure(const Network& network);

}  // namespace gatehouse::network

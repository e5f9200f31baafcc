// A network as people describe it (ports, routes, rules, sysctls), and the engine configuration made of it.
//
// The same description drives the engine and the real kernel (oracle::Kernel), so that both do the same work.
#pragma once
#include <string>

#include "base/error.h"
#include "engine/engine.h"
#include "oracle/kernel_network.h"

namespace gatehouse::frontend {

// Everything in it is obeyed or refused by name: an unknown sysctl, a malformed address, a route over a port
// that isn't there. A loopback interface `lo` is added. Interface ids follow the ports' order, after lo.
Result<Configuration> configure(const oracle::Network& network);

// Reads a network description (TOML; doc/network.md has the form). Errors name file, line and column.
Result<oracle::Network> read_network(const std::string& path);

}  // namespace gatehouse::frontend

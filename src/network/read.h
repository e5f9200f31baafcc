// Network descriptions in files.
#pragma once
#include <string>

#include "base/error.h"
#include "network/network.h"

namespace gatehouse::network {

// Reads a network description (TOML; doc/network.md has the form). Errors name file, line and column.
Result<Network> read_network(const std::string& path);

}  // namespace gatehouse::network

// Network descriptions as people write them: TOML (doc/network.md has the form).
#pragma once
#include <string>
#include <string_view>

#include "base/error.h"
#include "network/network.h"

namespace gatehouse::network {

// Errors name file, line and column. `file` is what they call the text.
Result<Network> parse_network(std::string_view text, const std::string& file);
Result<Network> read_network(const std::string& path);

}  // namespace gatehouse::network

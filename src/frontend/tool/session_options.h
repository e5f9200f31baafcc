// The options that replay and explain share.
#pragma once
#include <string>
#include <vector>

#include "frontend/replay/session.h"

namespace CLI {
class App;
}

namespace gatehouse::frontend {

void add_session_options(CLI::App& app, SessionOptions& options, std::vector<std::string>& inside);
// The texts of --inside as prefixes.
Result<void> read_inside(const std::vector<std::string>& inside, SessionOptions& options);

}  // namespace gatehouse::frontend

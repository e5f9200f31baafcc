// How tools read their command lines and refuse what they can't take.
#pragma once
#include <optional>

#include "base/error.h"

namespace CLI {
class App;
}

namespace gatehouse::frontend {

// Nothing when the tool can go on; else its exit code: 0 after --help, 2 after a mistake, which has been told
// with the option that may have been meant.
std::optional<int> read_arguments(CLI::App& app, int argc, char** argv);

// Tells the error on standard error; the exit code for bad usage or input.
int refuse(const Error& error);

}  // namespace gatehouse::frontend

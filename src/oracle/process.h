// Runs another program to its end and collects what it says.
//
// The program inherits the calling thread's network namespace. Thread-safe.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace gatehouse::oracle {

struct Command {
    std::vector<std::string> argv;         // argv[0] is looked up in $PATH and the sbin folders
    std::string_view input = {};           // its standard input
    std::vector<std::string> environment;  // "NAME=value", over the caller's
    std::chrono::milliseconds timeout{120'000};
};

struct Finished {
    int status = 0;  // the exit code; 128 + n when signal n ended it
    std::string output;
    std::string errors;
    std::chrono::nanoseconds wall{0};  // from its start to its end
    std::chrono::nanoseconds cpu{0};   // that it used, inside the kernel too
};

// Fails only when the program can't be started or doesn't end in time (it is killed then).
Result<Finished> launch(const Command& command);

// As launch(), and a status other than 0 is an error that carries the program's own words.
Result<Finished> succeed(const Command& command);
// As succeed(), when the output is all that matters.
Result<std::string> run_tool(const Command& command);

// The path of `program`, as launch() finds it; nothing when it isn't installed.
std::optional<std::string> find_program(std::string_view program);

}  // namespace gatehouse::oracle

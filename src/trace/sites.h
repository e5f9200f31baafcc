// Every place in the code that reports a step of a traced packet.
//
// A test holds the list against the code, and makes each place report.
#pragma once
#include <span>
#include <string_view>

#include "hook/trace.h"

namespace gatehouse::trace {

struct Site {
    std::string_view file;  // below src/
    TraceKind kind{};
    std::string_view
        what;  // of what it reports, or which families it is for, where a file has several of a kind
    bool v4 = true, v6 = true;
};

std::span<const Site> all_sites();

}  // namespace gatehouse::trace

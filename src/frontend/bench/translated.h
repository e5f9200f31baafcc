// The benchmarks of address translation, by name.
#pragma once
#include <span>
#include <string_view>

#include "base/error.h"
#include "frontend/bench/line.h"

namespace gatehouse::frontend::bench {

// "nat-udp-1" to "nat-tcp-1m": established flows whose source one address hides. "nat-new": connections that
// get a mapping out of pools that are nearly empty, and nearly full.
std::span<const std::string_view> translated_names();

// Runs one of them, as run_tracked() does.
Result<Line> run_translated(std::string_view name, unsigned rounds, double forward);

}  // namespace gatehouse::frontend::bench

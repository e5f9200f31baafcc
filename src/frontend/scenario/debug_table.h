// The table `debug` as a kernel can have it, which knows none: its rules stand in `raw`, before those of raw
// itself, where TRACE does the same. Any thread.
#pragma once
#include <string>
#include <string_view>

#include "base/error.h"
#include "wire/address.h"

namespace gatehouse::frontend::scenario {

// How a kernel's table raw came by its rules.
enum class RawHolds : std::uint8_t {
    raw,    // they are raw's
    debug,  // they are debug's: there was no table raw
    both,   // debug's stand in chains of their own, which raw's base chains go through first
};

struct ForKernel {
    std::string text;
    RawHolds holds = RawHolds::raw;
};

// `text` as iptables-save writes rulesets, which validates. Refused: what debug's rules can't do from within
// raw, which is to end raw's walk together with their own (ACCEPT in a user chain, `-g` in a base chain
// beside a table raw).
Result<ForKernel> debug_into_raw(std::string_view text, Family family);

// What the kernel saves of such a ruleset, with the tables apart again.
std::string debug_out_of_raw(std::string_view saved, RawHolds holds);

}  // namespace gatehouse::frontend::scenario

// One trial: a ruleset and frames, through the engine and through the kernel.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "oracle/kernel_network.h"
#include "packets.h"
#include "tally.h"

namespace gatehouse::generator {

struct Trial {
    Family family{};
    std::string rules;  // of `family`, as iptables-save writes them
    std::vector<Frame> frames;
};

struct Difference {
    std::size_t frame = 0;  // at which it was seen
    std::string what;       // in words
};

// Whether some frame holds a fragment: then a kernel may remember it, and the next trial had better be
// another kernel's.
bool has_fragments(const Trial& trial);

// How the two are held against one another.
enum class Look {
    at_the_end,      // all that left, and the counters: fast
    at_every_frame,  // what left because of it; counters at the end
    at_every_frame_and_counter,
};

// The first difference in what leaves or in the counters. `counted`, if given: the tally is kept.
Result<std::optional<Difference>> run(oracle::Kernel& kernel, const Trial& trial, Look look,
                                      std::optional<Selection> counted = {});

// As run(), by a kernel of its own if there are fragments.
Result<std::optional<Difference>> run_afresh(oracle::Kernel& kernel, const Trial& trial, Look look);

// Fewer frames and rules, as long as the peers differ.
Trial shrink(oracle::Kernel& kernel, Trial trial);

}  // namespace gatehouse::generator

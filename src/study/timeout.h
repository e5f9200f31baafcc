// What a timeout would have done to flows, and which timeout to take.
//
// A timeout breaks a flow when some silence longer than it is followed by a packet: whoever keeps the flow's
// entry has forgotten it by then. Flows that nobody saw to their end don't count as whole: how many of those
// like them are broken is estimated from the others. To be broken a flow must first be silent for longer
// than the timeout, and then send again; the first share is Aalen and Johansen's estimate over the flows'
// ages (a flow may end before), the second Kaplan and Meier's over the first such silence. If none was cut
// off, the product is what was counted. Pure.
#pragma once
#include <optional>

#include "study/flow.h"

namespace gatehouse::study {

struct Broken {
    double share = 0;         // of all flows, estimated
    std::uint64_t count = 0;  // of those seen
    std::uint64_t known = 0;  // flows that were seen to end, or to be silent for longer than the timeout
    double undecided = 0;     // share of flows of which nothing is known, for they lasted longer than any
                              // that were watched
    Nanoseconds horizon = 0;  // the longest that one that had fallen silent was watched; 0: none was cut off
};
Broken broken_by(Flows flows, Nanoseconds timeout);

// The least timeout, a multiple of `unit`, that would have broken at most this share.
Nanoseconds least_timeout(Flows flows, double share, Nanoseconds unit = 1);

struct Recommendation {
    Nanoseconds timeout = 0;  // whole seconds, at least one
    Broken broken{};          // by it
    double wanted = 0;        // at most this share was to be broken
    // By the rule of three: if none of n was broken, it may still be that three in n are (95 %).
    double least_claim = 1;
    bool enough() const { return least_claim <= wanted; }
    // Where the true timeout for that share lies (95 %), as far as chance alone is concerned. No upper end:
    // it may be longer than any silence seen.
    Nanoseconds low = 0;
    std::optional<Nanoseconds> high{};
};
// Nothing if no flow is known well enough.
std::optional<Recommendation> recommend(Flows flows, double share);

}  // namespace gatehouse::study

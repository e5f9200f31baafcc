// All that a study says of one population of flows, for which one timeout is to be chosen: in numbers, which
// others print. Pure.
#pragma once
#include <array>
#include <string>

#include "study/cost.h"
#include "study/timeout.h"

namespace gatehouse::study {

// The share that a timeout would have broken, over timeouts from a second to five days.
struct Point {
    Nanoseconds timeout = 0;
    double broken = 0;
};
inline constexpr int points_a_decade = 10;

// The distribution of some of the flows.
struct Group {
    std::string name;
    std::uint64_t flows = 0, cut_off = 0;
    // By the shares of `percentiles`; nothing where the flows that were seen don't say.
    std::vector<std::optional<Nanoseconds>> total;  // how long the flows lasted
    std::vector<Nanoseconds> silence;               // the longest that a packet ended, of each flow
    std::vector<Point> curve;
};
inline constexpr std::array percentiles{0.5, 0.9, 0.99, 0.999, 0.9999};

struct Outcome {
    Nanoseconds timeout = 0;
    std::string note;  // whose it is
    Broken broken{};
    Cost cost{};
};

// What is asked.
struct Inquiry {
    std::string name;
    std::string setting;             // Linux's sysctl for the timeout
    std::vector<std::string> kinds;  // names of Flow::kind; less than two: no group for each
    std::vector<std::pair<Nanoseconds, std::string>> timeouts;  // to try, each with a note
    double share = 0.0001;
    std::size_t ports = 8;    // groups of ports at most: those with most flows
    Nanoseconds watched = 0;  // for how long flows were looked for
};

struct Summary {
    Inquiry inquiry;
    std::uint64_t flows = 0;
    std::array<std::uint64_t, endings> ended{};  // by Ending
    std::vector<Group> groups;                   // all of them first, then kinds, then ports
    std::optional<Recommendation> recommendation;
    std::vector<Outcome> outcomes;  // the recommended timeout first
};
Summary summarise(Flows flows, Inquiry inquiry);

}  // namespace gatehouse::study

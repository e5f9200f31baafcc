// Estimates from observations that may have been cut short: "it happened at t" beside "by t it hadn't
// happened, and then nobody looked any more".
//
// E. L. Kaplan, P. Meier, "Nonparametric Estimation from Incomplete Observations", JASA 53 (1958); for two
// ways to end, O. Aalen and S. Johansen, "An Empirical Transition Matrix for Non-homogeneous Markov Chains
// Based on Censored Observations", Scand. J. Statist. 5 (1978). Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.h"

namespace gatehouse::study {

// What became of one that was watched.
enum class Seen : std::uint8_t {
    event,  // what is asked for
    other,  // something else, after which the event can't come
    cut,    // nobody looked any more
};

struct Observation {
    Nanoseconds at = 0;
    Seen seen{};
};

// How many will meet the event, of all.
struct Incidence {
    double event = 0;
    double undecided = 0;  // of whom it isn't known: all that were left had been cut
};
// Sorts the observations.
Incidence incidence(std::vector<Observation>& observations);

// The distribution of a time, from observations of `event` and `cut`.
class KaplanMeier {
  public:
    explicit KaplanMeier(std::vector<Observation> observations);

    // The share whose time is longer than t.
    double survival(Nanoseconds t) const;
    // The least time that at least this share doesn't exceed; nothing where the observations say nothing.
    std::optional<Nanoseconds> quantile(double share) const;

  private:
    struct Step {
        Nanoseconds at;
        double survival;  // from then on
    };
    std::vector<Step> steps_;
};

}  // namespace gatehouse::study

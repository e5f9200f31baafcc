#include "study/timeout.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "study/kaplan_meier.h"

namespace gatehouse::study {

namespace {

constexpr Nanoseconds never = std::numeric_limits<Nanoseconds>::max();

// The first silence of a flow that is longer than a timeout.
struct Lapse {
    Nanoseconds begin = 0;   // since the flow's beginning
    Nanoseconds length = 0;  // `never`: it is known to have no end
    bool followed = false;   // by a packet
};

std::optional<Lapse> first_lapse(const Flow& flow, Nanoseconds timeout) {
    for (const Gap& gap : flow.gaps) {
        if (gap.length > timeout) return Lapse{gap.begin, gap.length, true};
    }
    if (flow.silence > timeout) return Lapse{flow.last, flow.over() ? never : flow.silence, false};
    return {};
}

// How many of a Poisson distribution's draws fall below `tail` or above 1 - `tail`.
struct Counts {
    double low = 0, high = 0;
};
Counts usual_counts(double mean, double tail) {
    // Far from zero it is as good as normal.
    if (mean > 400) {
        const double spread = 1.96 * std::sqrt(mean);
        return {std::floor(mean - spread), std::ceil(mean + spread)};
    }
    Counts counts;
    double term = std::exp(-mean), sum = term;
    for (double k = 0;; sum += term) {
        if (sum <= tail) counts.low = k + 1;
        counts.high = k;
        if (sum >= 1 - tail) return counts;
        term *= mean / ++k;
    }
}

}  // namespace

Broken broken_by(Flows flows, Nanoseconds timeout) {
    Broken broken;
    std::vector<Observation> ages, silences;
    ages.reserve(flows.size());
    for (const Flow* const flow : flows) {
        if (const auto lapse = first_lapse(*flow, timeout)) {
            ages.push_back({lapse->begin + timeout, Seen::event});
            silences.push_back({lapse->length, lapse->followed ? Seen::event : Seen::cut});
            broken.count += lapse->followed;
            if (flow->cut_off() && !lapse->followed) broken.horizon = std::max(broken.horizon, lapse->length);
        } else {
            ages.push_back({flow->last + flow->silence, flow->cut_off() ? Seen::cut : Seen::other});
            broken.known -= flow->cut_off();
        }
    }
    broken.known += flows.size();
    const Incidence lapsed = incidence(ages);
    broken.undecided = lapsed.undecided;
    broken.share = lapsed.event * (1 - KaplanMeier(std::move(silences)).survival(never));
    // Counted, where counting is all there is to it.
    if (broken.known == flows.size() && broken.horizon == 0 && !flows.empty())
        broken.share = static_cast<double>(broken.count) / static_cast<double>(flows.size());
    return broken;
}

Nanoseconds least_timeout(Flows flows, double share, Nanoseconds unit) {
    std::vector<Nanoseconds> candidates;
    candidates.reserve(flows.size() + 1);
    candidates.push_back(unit);
    for (const Flow* const flow : flows) {
        const Nanoseconds longest = flow->longest_gap();
        if (longest > 0) candidates.push_back((longest + unit - 1) / unit * unit);
    }
    std::ranges::sort(candidates);
    candidates.erase(std::ranges::unique(candidates).begin(), candidates.end());
    const auto breaks_more = [&](Nanoseconds timeout) { return broken_by(flows, timeout).share > share; };
    // The longest gap itself breaks nothing.
    return *std::ranges::partition_point(candidates, breaks_more);
}

std::optional<Recommendation> recommend(Flows flows, double share) {
    Recommendation best{.timeout = least_timeout(flows, share, second), .wanted = share};
    best.broken = broken_by(flows, best.timeout);
    if (best.broken.known == 0) return {};
    const auto n = static_cast<double>(best.broken.known);
    best.least_claim = std::min(3 / n, 1.0);
    const Counts counts = usual_counts(n * share, 0.025);
    best.low = least_timeout(flows, counts.high / n, second);
    if (counts.low > 0) best.high = least_timeout(flows, (counts.low - 1) / n, second);
    return best;
}

}  // namespace gatehouse::study

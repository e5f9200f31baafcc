#include "study/kaplan_meier.h"

#include <algorithm>

namespace gatehouse::study {

namespace {

// Those at one time. What happened, happened before whoever looked went away.
struct Moment {
    Nanoseconds at = 0;
    std::size_t at_risk = 0;
    std::size_t events = 0, others = 0;
};

template <class Visit>
void each_moment(std::vector<Observation>& observations, Visit&& visit) {
    std::ranges::sort(observations, {}, &Observation::at);
    for (std::size_t i = 0; i < observations.size();) {
        Moment moment{.at = observations[i].at, .at_risk = observations.size() - i};
        for (; i < observations.size() && observations[i].at == moment.at; ++i) {
            moment.events += observations[i].seen == Seen::event;
            moment.others += observations[i].seen == Seen::other;
        }
        visit(moment);
    }
}

}  // namespace

Incidence incidence(std::vector<Observation>& observations) {
    const auto cut = std::ranges::count(observations, Seen::cut, &Observation::seen);
    if (cut == 0) {
        const auto events = std::ranges::count(observations, Seen::event, &Observation::seen);
        const auto all = std::max<std::size_t>(observations.size(), 1);
        return {.event = static_cast<double>(events) / static_cast<double>(all)};
    }
    Incidence result{.undecided = 1};
    each_moment(observations, [&](const Moment& moment) {
        const double at_risk = static_cast<double>(moment.at_risk);
        result.event += result.undecided * static_cast<double>(moment.events) / at_risk;
        result.undecided *= 1 - static_cast<double>(moment.events + moment.others) / at_risk;
    });
    return result;
}

KaplanMeier::KaplanMeier(std::vector<Observation> observations) {
    double survival = 1;
    each_moment(observations, [&](const Moment& moment) {
        if (moment.events == 0) return;
        // Exactly none is left if all that were had their event.
        survival *= static_cast<double>(moment.at_risk - moment.events) / static_cast<double>(moment.at_risk);
        steps_.push_back({moment.at, survival});
    });
}

double KaplanMeier::survival(Nanoseconds t) const {
    const auto after = std::ranges::upper_bound(steps_, t, {}, &Step::at);
    return after == steps_.begin() ? 1 : std::prev(after)->survival;
}

std::optional<Nanoseconds> KaplanMeier::quantile(double share) const {
    constexpr double rounding = 1e-12;
    const auto reached =
        std::ranges::find_if(steps_, [&](const Step& step) { return 1 - step.survival >= share - rounding; });
    if (reached == steps_.end()) return {};
    return reached->at;
}

}  // namespace gatehouse::study

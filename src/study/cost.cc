#include "study/cost.h"

#include <algorithm>

namespace gatehouse::study {

namespace {

// From the flow's start.
Nanoseconds held(const Flow& flow, Nanoseconds timeout) {
    for (const Gap& gap : flow.gaps) {
        if (gap.length > timeout) return gap.begin + timeout;
    }
    switch (flow.ending) {
        case Ending::fin:
        case Ending::reset:
        case Ending::became_stream: return flow.last;
        case Ending::reopened: return flow.last + std::min(flow.silence, timeout);
        default: return flow.last + timeout;
    }
}

}  // namespace

Cost cost_of(Flows flows, Nanoseconds timeout, Nanoseconds watched) {
    struct Change {
        Nanoseconds at;
        int by;
    };
    std::vector<Change> changes;
    changes.reserve(2 * flows.size());
    double sum = 0;
    for (const Flow* const flow : flows) {
        const Nanoseconds length = held(*flow, timeout);
        sum += static_cast<double>(length);
        changes.push_back({flow->start, +1});
        changes.push_back({flow->start + length, -1});
    }
    // One that goes as another comes makes room for it.
    std::ranges::sort(
        changes, [](const Change& a, const Change& b) { return a.at != b.at ? a.at < b.at : a.by < b.by; });
    std::int64_t now = 0, peak = 0;
    for (const Change& change : changes) peak = std::max(peak, now += change.by);
    return {.mean = watched > 0 ? sum / static_cast<double>(watched) : 0,
            .peak = static_cast<std::uint64_t>(peak)};
}

}  // namespace gatehouse::study

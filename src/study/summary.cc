#include "study/summary.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "study/kaplan_meier.h"

namespace gatehouse::study {

namespace {

using FlowList = std::vector<const Flow*>;

std::vector<Point> curve_of(Flows flows) {
    constexpr double farthest = 432'000;
    std::vector<Point> curve;
    for (int i = 0;; ++i) {
        const double seconds = std::min(std::pow(10, static_cast<double>(i) / points_a_decade), farthest);
        const auto timeout = static_cast<Nanoseconds>(seconds * static_cast<double>(second));
        curve.push_back({timeout, broken_by(flows, timeout).share});
        if (seconds == farthest) return curve;
    }
}

Group group_of(std::string name, Flows flows) {
    Group group{.name = std::move(name), .flows = flows.size()};
    std::vector<Observation> lives;
    lives.reserve(flows.size());
    for (const Flow* const flow : flows) {
        group.cut_off += flow->cut_off();
        // One that only falls silent ends with its last packet.
        const Nanoseconds life = flow->cut_off() ? flow->last + flow->silence : flow->last;
        lives.push_back({life, flow->cut_off() ? Seen::cut : Seen::event});
    }
    const KaplanMeier total(std::move(lives));
    for (const double share : percentiles) {
        group.total.push_back(total.quantile(share));
        group.silence.push_back(least_timeout(flows, 1 - share));
    }
    group.curve = curve_of(flows);
    return group;
}

// Those of each port, the ports with most flows first.
std::vector<std::pair<std::uint16_t, FlowList>> by_port(Flows flows, std::size_t most) {
    std::map<std::uint16_t, FlowList> ports;
    for (const Flow* const flow : flows) ports[flow->port].push_back(flow);
    std::vector<std::pair<std::uint16_t, FlowList>> list(ports.begin(), ports.end());
    std::ranges::stable_sort(list, std::greater<>{}, [](const auto& port) { return port.second.size(); });
    if (list.size() > most) list.resize(most);
    return list;
}

}  // namespace

Summary summarise(Flows flows, Inquiry inquiry) {
    Summary summary{.inquiry = std::move(inquiry), .flows = flows.size()};
    const Inquiry& asked = summary.inquiry;
    for (const Flow* const flow : flows) ++summary.ended[static_cast<std::size_t>(flow->ending)];
    if (flows.empty()) return summary;
    summary.groups.push_back(group_of("all", flows));
    if (asked.kinds.size() > 1) {
        std::vector<FlowList> kinds(asked.kinds.size());
        for (const Flow* const flow : flows) kinds.at(flow->kind).push_back(flow);
        for (std::size_t i = 0; i < kinds.size(); ++i) {
            if (!kinds[i].empty()) summary.groups.push_back(group_of(asked.kinds[i], kinds[i]));
        }
    }
    for (const auto& [port, its] : by_port(flows, asked.ports))
        summary.groups.push_back(group_of("port " + std::to_string(port), its));
    const auto try_out = [&](Nanoseconds timeout, std::string note) {
        summary.outcomes.push_back({.timeout = timeout,
                                    .note = std::move(note),
                                    .broken = broken_by(flows, timeout),
                                    .cost = cost_of(flows, timeout, asked.watched)});
    };
    summary.recommendation = recommend(flows, asked.share);
    if (summary.recommendation) try_out(summary.recommendation->timeout, "recommended");
    for (const auto& [timeout, note] : asked.timeouts) try_out(timeout, note);
    return summary;
}

}  // namespace gatehouse::study

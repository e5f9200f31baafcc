// A study in words, tables and a plot made of characters.
#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "frontend/study/report.h"

namespace gatehouse::frontend {

namespace {

using study::Broken;
using study::Group;
using study::Outcome;
using study::Summary;

constexpr std::size_t name_width = 28;

std::string put_thousands(std::uint64_t number) {
    std::string text = std::to_string(number);
    for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, ",");
    return text;
}

void put_ends(std::string& out, const Summary& summary) {
    out += "\nwhat ended them\n";
    for (std::size_t i = 0; i < study::endings; ++i) {
        if (summary.ended[i] > 0)
            out += fmt::format("  {:>9}  {}\n", put_thousands(summary.ended[i]),
                               name(static_cast<study::Ending>(i)));
    }
}

void put_row(std::string& out, const Group& group, auto&& cell) {
    out += fmt::format("  {:<{}} {:>9}", group.name, name_width, put_thousands(group.flows));
    for (std::size_t i = 0; i < study::percentiles.size(); ++i) out += fmt::format(" {:>9}", cell(i));
    out += '\n';
}

void put_distribution(std::string& out, const Summary& summary) {
    const auto head = [&](const char* what) {
        out += fmt::format("\n  {:<{}} {:>9}", what, name_width, "flows");
        for (const double share : study::percentiles)
            out += fmt::format(" {:>9}", fmt::format("p{:g}", 100 * share));
        out += '\n';
    };
    head("seconds that they lasted");
    for (const Group& group : summary.groups)
        put_row(out, group,
                [&](std::size_t i) { return group.total[i] ? seconds_text(*group.total[i]) : "?"; });
    head("longest silence, then a packet");
    for (const Group& group : summary.groups)
        put_row(out, group, [&](std::size_t i) { return seconds_text(group.silence[i]); });
    const bool open = std::ranges::any_of(summary.groups, [](const Group& group) {
        return !std::ranges::all_of(group.total, &std::optional<Nanoseconds>::has_value);
    });
    if (open) out += "  (?: too many were cut off to say)\n";
}

// The share broken, over the timeout: both axes logarithmic, a tenth of a decade of share an eighth of a
// character.
void put_plot(std::string& out, const Summary& summary) {
    constexpr int decades = 4, rows_a_decade = 3, rows = decades * rows_a_decade;
    constexpr const char* eighths[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    if (std::ranges::none_of(summary.groups.front().curve,
                             [](const auto& point) { return point.broken > 0; })) {
        out += "\nno timeout of a second or more would have broken any\n";
        return;
    }
    out += "\nshare that a timeout would have broken\n";
    for (int row = rows; row > 0; --row) {
        const bool labelled = row % rows_a_decade == 0;
        const double top = std::pow(10, static_cast<double>(row - rows) / rows_a_decade);
        out += fmt::format("  {:>8} |", labelled ? percent_text(top) : "");
        for (const auto& point : summary.groups.front().curve) {
            const double height = point.broken > 0 ? rows + rows_a_decade * std::log10(point.broken) : 0;
            out += eighths[static_cast<int>(std::clamp(std::round(8 * (height - row + 1)), 0.0, 8.0))];
        }
        out += '\n';
    }
    std::string axis(summary.groups.front().curve.size(), '-'), labels(axis.size() + 8, ' ');
    for (int decade = 0; decade <= 5; ++decade) {
        const auto at = static_cast<std::size_t>(decade * study::points_a_decade);
        axis[at] = '+';
        const std::string label = fmt::format("{:.0f} s", std::pow(10, decade));
        labels.replace(at, label.size(), label);
    }
    out += fmt::format("  {:>8} +{}\n  {:>8}  {}\n", "", axis, "",
                       labels.substr(0, labels.find_last_not_of(' ') + 1));
}

std::string entries_text(double mean) {
    if (mean >= 1000) return put_thousands(static_cast<std::uint64_t>(std::llround(mean)));
    return fmt::format(fmt::runtime(mean < 10 ? "{:.2f}" : "{:.1f}"), mean);
}

void put_outcomes(std::string& out, const Summary& summary) {
    out += fmt::format("\n  {:>9}  {:<20} {:>18} {:>9} {:>14} {:>13}\n", "timeout", "", "broken", "share",
                       "entries, mean", "at most");
    for (const Outcome& o : summary.outcomes) {
        const std::string broken =
            fmt::format("{} of {}", put_thousands(o.broken.count), put_thousands(o.broken.known));
        out +=
            fmt::format("  {:>7} s  {:<20} {:>18} {:>9} {:>14} {:>13}\n", o.timeout / second, o.note, broken,
                        percent_text(o.broken.share), entries_text(o.cost.mean), put_thousands(o.cost.peak));
    }
}

// What chance, and what nobody saw, leave open.
void put_doubts(std::string& out, const study::Recommendation& r) {
    const std::string known = put_thousands(r.broken.known), wanted = percent_text(r.wanted);
    if (!r.enough()) {
        out += fmt::format(
            "  with {} flows no share below {} is claimed (three in {}; 95 %): {} takes {} flows.\n"
            "  Until then take it for a lower bound.\n",
            known, percent_text(r.least_claim), known, wanted,
            put_thousands(static_cast<std::uint64_t>(std::ceil(3 / r.wanted))));
    } else if (r.high) {
        out += fmt::format("  chance alone leaves it open between {} and {} s (95 %)\n", r.low / second,
                           *r.high / second);
    } else {
        out += fmt::format("  chance alone leaves it open from {} s upward (95 %)\n", r.low / second);
    }
    if (r.broken.undecided > 0.0005)
        out +=
            fmt::format("  {} of them lasted longer than any that was watched: of these nothing is known\n",
                        percent_text(r.broken.undecided));
    if (r.broken.horizon > 0)
        out += fmt::format(
            "  no silence was watched for longer than {} s: what would have come later isn't known\n",
            seconds_text(r.broken.horizon));
}

void put_recommendation(std::string& out, const Summary& summary) {
    if (!summary.recommendation) {
        out += "\nno recommendation: none of them was seen to its end, or to fall silent for long enough\n";
        return;
    }
    const auto& r = *summary.recommendation;
    out += fmt::format("\nrecommended: {} = {}, which breaks at most {}\n", summary.inquiry.setting,
                       r.timeout / second, percent_text(std::max(r.wanted, r.least_claim)));
    out += fmt::format("  the least that would have broken at most {} of what was seen: {} of {}\n",
                       percent_text(r.wanted), put_thousands(r.broken.count), put_thousands(r.broken.known));
    put_doubts(out, r);
}

}  // namespace

std::string text_of(const StudyReport& report) {
    std::string out = fmt::format("{} s of traffic in {} capture{}\n", seconds_text(report.watched),
                                  report.captures, report.captures == 1 ? "" : "s");
    if (report.lost > 0)
        out += fmt::format("{} flows were given up for lack of room (--entries makes more)\n",
                           put_thousands(report.lost));
    if (report.left_out > 0)
        out += fmt::format("{} flows or gaps were left out: more than this study takes\n",
                           put_thousands(report.left_out));
    for (const Summary& summary : report.summaries) {
        out += fmt::format("\n=== {}: {}\n", summary.inquiry.name, put_thousands(summary.flows));
        if (summary.flows == 0) continue;
        put_ends(out, summary);
        put_distribution(out, summary);
        put_plot(out, summary);
        put_outcomes(out, summary);
        put_recommendation(out, summary);
    }
    return out;
}

}  // namespace gatehouse::frontend

// A study as a picture: for each population the share of flows that a timeout would have broken, over the
// timeout, both on logarithmic axes; a line each for all flows, kinds and ports.
#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "frontend/study/report.h"

namespace gatehouse::frontend {

namespace {

constexpr double width = 940, height = 420, left = 70, right = 270, top = 50, bottom = 50;
constexpr double longest = 432'000, least_share = 1e-5;
constexpr const char* colours[] = {"#000000", "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00",
                                   "#56b4e9", "#7f7f7f", "#8c564b", "#17becf", "#bcbd22"};

double x_of(double seconds) {
    return left +
           (width - left - right) * std::log10(std::clamp(seconds, 1.0, longest)) / std::log10(longest);
}
double y_of(double share) {
    const double part = std::log10(std::clamp(share, least_share, 1.0)) / std::log10(least_share);
    return top + (height - top - bottom) * part;
}
double seconds(Nanoseconds time) { return static_cast<double>(time) / static_cast<double>(second); }

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '&') {
            out += "&amp;";
        } else if (c == '<') {
            out += "&lt;";
        } else {
            out += c;
        }
    }
    return out;
}

void put_line(std::string& out, double x1, double y1, double x2, double y2, const char* style) {
    out +=
        fmt::format(R"(<line x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}" {}/>)", x1, y1, x2, y2, style);
    out += '\n';
}

void put_text(std::string& out, double x, double y, std::string_view text, std::string_view style = "") {
    out += fmt::format(R"(<text x="{:.1f}" y="{:.1f}" {}>{}</text>)", x, y, style, escaped(text));
    out += '\n';
}

void put_axes(std::string& out) {
    constexpr const char* grid = R"(stroke="#dddddd")";
    for (int decade = 0; decade <= 5; ++decade) {
        const double x = x_of(std::pow(10, decade));
        put_line(out, x, top, x, height - bottom, grid);
        put_text(out, x, height - bottom + 18, fmt::format("{:.0f} s", std::pow(10, decade)),
                 R"(text-anchor="middle")");
    }
    for (int decade = 0; decade >= -5; --decade) {
        const double y = y_of(std::pow(10, decade));
        put_line(out, left, y, width - right, y, grid);
        put_text(out, left - 6, y + 4, percent_text(std::pow(10, decade)), R"(text-anchor="end")");
    }
    put_text(out, (left + width - right) / 2, height - 10, "timeout", R"(text-anchor="middle")");
}

void put_curve(std::string& out, const study::Group& group, const char* colour, double thickness) {
    std::string points;
    for (const auto& point : group.curve) {
        // A share of nothing is below the picture.
        if (point.broken < least_share) break;
        points += fmt::format("{:.1f},{:.1f} ", x_of(seconds(point.timeout)), y_of(point.broken));
    }
    out += fmt::format("<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\"/>\n", points,
                       colour, thickness);
}

void put_panel(std::string& out, const study::Summary& summary) {
    put_text(out, left, 24,
             fmt::format("{} ({}): share broken by a timeout", summary.inquiry.name, summary.flows),
             R"(font-weight="bold")");
    put_axes(out);
    double legend = top + 10;
    for (std::size_t i = 0; i < std::min(summary.groups.size(), std::size(colours)); ++i) {
        const auto& group = summary.groups[i];
        put_curve(out, group, colours[i], i == 0 ? 2.5 : 1.2);
        put_line(out, width - right + 15, legend - 4, width - right + 35, legend - 4,
                 fmt::format(R"(stroke="{}" stroke-width="2")", colours[i]).c_str());
        put_text(out, width - right + 40, legend, fmt::format("{} ({})", group.name, group.flows));
        legend += 18;
    }
    double label = top + 10;
    for (const auto& outcome : summary.outcomes) {
        const double x = x_of(seconds(outcome.timeout));
        const bool best = outcome.note == "recommended";
        put_line(
            out, x, top, x, height - bottom,
            best ? R"(stroke="#cc0000" stroke-width="1.5")" : R"(stroke="#888888" stroke-dasharray="4 3")");
        const bool room = x < width - right - 100;
        const std::string style = fmt::format(R"(fill="{}" text-anchor="{}")", best ? "#cc0000" : "#666666",
                                              room ? "start" : "end");
        put_text(out, room ? x + 3 : x - 3, label,
                 fmt::format("{} s{}", outcome.timeout / second, best ? ": recommended" : ""), style);
        label += 13;
    }
}

}  // namespace

std::string svg_of(const StudyReport& report) {
    std::vector<const study::Summary*> shown;
    for (const auto& summary : report.summaries) {
        if (summary.flows > 0) shown.push_back(&summary);
    }
    const double all = height * static_cast<double>(std::max<std::size_t>(shown.size(), 1));
    std::string out = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" "
        "font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" "
        "fill=\"#ffffff\"/>\n",
        width, all);
    if (shown.empty()) put_text(out, left, 24, "no flow of the kind that was studied");
    for (std::size_t i = 0; i < shown.size(); ++i) {
        out += fmt::format("<g transform=\"translate(0 {})\">\n", height * static_cast<double>(i));
        put_panel(out, *shown[i]);
        out += "</g>\n";
    }
    return out + "</svg>\n";
}

}  // namespace gatehouse::frontend

// gatehouse study: which timeout fits the traffic.
#include <CLI/CLI.hpp>
#include <array>
#include <fmt/format.h>
#include <fstream>
#include <unistd.h>

#include "base/text.h"
#include "frontend/study/observer.h"
#include "frontend/study/report.h"
#include "frontend/tool/arguments.h"
#include "frontend/tool/progress.h"
#include "frontend/tool/tool.h"

namespace gatehouse::frontend {

namespace {

constexpr const char* general_help =
    R"(Watches the connections of captures, and recommends timeouts that fit them.

usage: gatehouse study halfclose [OPTIONS] CAPTURE…
       gatehouse study idle [OPTIONS] CAPTURE…

  halfclose  TCP connections that one side has closed, and the other not yet
  idle       established TCP connections, UDP flows and UDP streams

`gatehouse study halfclose --help` lists the options; doc/study.md tells what the figures mean.
)";

struct Options {
    track::StudyMode mode{};
    std::vector<std::string> captures;
    std::vector<std::uint32_t> timeouts;
    double percent = 0.01;
    std::size_t ports = 8;
    std::uint32_t entries = 2'000'000;
    std::string svg;
    bool json = false, quiet = false;
};

void add_options(CLI::App& app, Options& options) {
    constexpr double least = 0.0001, most = 50;
    app.add_option("--share", options.percent,
                   "the share of flows that the timeout may break, in percent (0.01)")
        ->check(CLI::Range(least, most))
        ->type_name("PERCENT");
    app.add_option("--timeout", options.timeouts,
                   "also tell what this timeout would have done; may be repeated")
        ->check(CLI::Range(1u, 2'147'483u))
        ->type_name("SECONDS")
        ->allow_extra_args(false);
    app.add_option("--ports", options.ports, "how many ports to show apart (8), those with most flows")
        ->check(CLI::Range(0, 1000))
        ->type_name("NUMBER");
    app.add_option("--svg", options.svg, "draw the shares broken over the timeout")->type_name("FILE");
    auto* const json = app.add_flag("--json", options.json,
                                    "one JSON document, with every flow and its gaps, on standard output");
    if (options.mode == track::StudyMode::half_closed)
        app.add_flag("--quiet", options.quiet, "no line for each connection")->excludes(json);
    app.add_option("--entries", options.entries, "connections that are watched at once (2000000)")
        ->check(CLI::Range(1, 1 << 30))
        ->type_name("NUMBER");
    app.add_option("CAPTURE", options.captures, "pcap or pcapng files, gzip'd or not; - is standard input")
        ->required()
        ->type_name("FILE");
    app.footer(
        "Exit codes: 0 done, 1 done as far as a capture is damaged, 2 bad usage or a capture that can't be "
        "read. "
        "doc/study.md tells more.");
}

void tell_unobserved(const Unobserved& unobserved) {
    const auto line = [](std::uint64_t count, const char* what) {
        if (count > 0) fmt::print(stderr, "gatehouse: {} {}\n", count, what);
    };
    line(unobserved.unconvertible, "records are of a link layer that isn't taken: left out");
    line(unobserved.too_long, "records are too long for a packet: left out");
    line(unobserved.unreadable, "packets have headers that can't be read: left out");
    line(unobserved.fragments, "packets are fragments: left out");
    if (!unobserved.first_problem.empty())
        fmt::print(stderr, "gatehouse: the first of these: {}\n", unobserved.first_problem);
    line(unobserved.invalid, "packets belong to no connection (INVALID) and count for none");
}

Result<void> write_file(const std::string& path, const std::string& text) {
    std::ofstream file(path, std::ios::binary);
    file << text;
    file.close();
    if (!file) return fail(fmt::format("can't write `{}`", path));
    return {};
}

int study(const Options& options) {
    const bool half_closed = options.mode == track::StudyMode::half_closed;
    const auto tell = [](const EndedSpell& spell) { fmt::print("{}\n", closing_line(spell)); };
    const bool lines = half_closed && !options.json && !options.quiet;
    // No timeout is shorter than a second: of idle flows shorter silences aren't kept one by one.
    Collector collector(half_closed ? 0 : second,
                        lines ? std::function<void(const EndedSpell&)>(tell) : nullptr);
    Observer observer(options.mode, options.entries, collector);
    bool damaged = false;
    for (const auto& capture : options.captures) {
        const auto end = observer.run(capture, show_progress);
        if (!end) return refuse(end.error());
        clear_progress();
        if (*end == io::Next::damage) {
            damaged = true;
            fmt::print(stderr, "gatehouse: {}: {}\n", capture, observer.damage().text());
        }
    }
    observer.finish();
    tell_unobserved(observer.unobserved());
    StudyReport report =
        make_report(options.mode, collector, options.percent / 100, options.ports, options.timeouts);
    report.captures = options.captures.size();
    if (options.json) {
        fmt::print("{}", json_of(report, collector));
    } else {
        fmt::print("{}{}", lines && !collector.flows().empty() ? "\n" : "", text_of(report));
    }
    if (!options.svg.empty()) {
        if (auto written = write_file(options.svg, svg_of(report)); !written) return refuse(written.error());
    }
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
        return refuse({.what = "can't write the output"});
    return damaged ? 1 : 0;
}

}  // namespace

int run_study(int argc, char** argv) {
    constexpr std::array<std::string_view, 2> studies{"halfclose", "idle"};
    const std::string_view which = argc < 2 ? "" : argv[1];
    if (which == "--help" || which == "-h") {
        fmt::print("{}", general_help);
        return 0;
    }
    Options options;
    if (which == "halfclose") {
        options.mode = track::StudyMode::half_closed;
    } else if (which == "idle") {
        options.mode = track::StudyMode::idle;
    } else {
        const std::string hint = did_you_mean(which, studies);
        return refuse({.what = which.empty()
                                   ? "study: expected `halfclose` or `idle`"
                                   : fmt::format("study: expected `halfclose` or `idle`, got `{}`", which),
                       .hint = hint.empty() ? "`gatehouse study --help` tells more" : hint});
    }
    CLI::App app(
        which == "halfclose"
            ? "Watches TCP connections that one side has closed: how long the other takes, and which "
              "timeout would have broken them."
            : "Watches established TCP connections and UDP flows: how long they are silent, and which "
              "timeouts would have broken them.",
        fmt::format("gatehouse study {}", which));
    add_options(app, options);
    if (const auto end = read_arguments(app, argc - 1, argv + 1)) return *end;
    return study(options);
}

}  // namespace gatehouse::frontend

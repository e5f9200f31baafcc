// gatehouse study: which timeout fits the traffic, and how helpers' commands come.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <fstream>
#include <unistd.h>

#include "base/text.h"
#include "frontend/study/observer.h"
#include "frontend/study/partial.h"
#include "frontend/study/report.h"
#include "frontend/tool/arguments.h"
#include "frontend/tool/progress.h"
#include "frontend/tool/tool.h"
#include "wire/protocol.h"

namespace gatehouse::frontend {

namespace {

constexpr const char* general_help =
    R"(Watches the connections of captures, and recommends timeouts that fit them, or tells how commands come.

usage: gatehouse study halfclose [OPTIONS] CAPTURE…
       gatehouse study idle [OPTIONS] CAPTURE…
       gatehouse study partial [OPTIONS] CAPTURE…

  halfclose  TCP connections that one side has closed, and the other not yet
  idle       established TCP connections, UDP flows and UDP streams
  partial    commands that helpers wait for: how often TCP cuts them, and what their senders do then

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

struct PartialOptions {
    std::vector<std::string> captures, ports;
    std::uint32_t entries = 2'000'000;
    bool json = false;
};

void add_options(CLI::App& app, PartialOptions& options) {
    app.add_option("--port", options.ports,
                   "a port at which a helper's protocol is spoken, beside the usual ones; may be repeated")
        ->type_name("HELPER=PORT")
        ->allow_extra_args(false);
    app.add_option("--entries", options.entries, "connections that are watched at once (2000000)")
        ->check(CLI::Range(1, 1 << 30))
        ->type_name("NUMBER");
    app.add_flag("--json", options.json, "one JSON document on standard output");
    app.add_option("CAPTURE", options.captures, "pcap or pcapng files, gzip'd or not; - is standard input")
        ->required()
        ->type_name("FILE");
    app.footer(
        "Exit codes: 0 done, 1 done as far as a capture is damaged, 2 bad usage or a capture that can't be "
        "read. doc/study.md tells more.");
}

// The usual ports, and before them those that were named.
Result<std::vector<HelperPort>> helper_ports(const std::vector<std::string>& named) {
    std::vector<HelperPort> ports;
    for (const std::string& one : named) {
        const std::size_t at = one.find('=');
        const std::string_view name = std::string_view(one).substr(0, at);
        const auto usual = std::ranges::find(usual_helper_ports(), name, &HelperPort::helper);
        constexpr std::uint64_t most = 65'535;
        const std::uint64_t number =
            at == std::string::npos ? 0 : parse_number(one.substr(at + 1), most).value_or(0);
        if (usual == usual_helper_ports().end() || number == 0)
            return fail(fmt::format("expected HELPER=PORT, got `{}`", one),
                        "helpers of TCP are ftp, rtsp, Q.931, pptp, mms, sip, sane and irc");
        ports.push_back({usual->helper, static_cast<std::uint16_t>(number)});
    }
    ports.insert(ports.end(), usual_helper_ports().begin(), usual_helper_ports().end());
    return ports;
}

int study(const PartialOptions& options) {
    auto ports = helper_ports(options.ports);
    if (!ports) return refuse(ports.error());
    PartialStudy study(std::move(*ports), options.entries);
    Feed feed;
    bool damaged = false;
    Time now{};
    const auto take = [&](Time time, Packet* packet) {
        now = std::max(now, time);
        if (packet != nullptr && packet->flat.protocol == wire::protocol::tcp) study.take(*packet, now);
    };
    for (const auto& capture : options.captures) {
        const auto end = feed.run(capture, show_progress, take);
        if (!end) return refuse(end.error());
        clear_progress();
        if (*end == io::Next::damage) {
            damaged = true;
            fmt::print(stderr, "gatehouse: {}: {}\n", capture, feed.damage().text());
        }
    }
    study.finish();
    tell_unobserved(feed.unobserved());
    fmt::print("{}", options.json ? json_of(study) : text_of(study));
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
        return refuse({.what = "can't write the output"});
    return damaged ? 1 : 0;
}

int run_partial(int argc, char** argv) {
    PartialOptions options;
    CLI::App app(
        "Watches commands that helpers wait for: how often TCP cuts them, whether their senders say "
        "them whole when they say them again, and how often they never come whole.",
        "gatehouse study partial");
    add_options(app, options);
    if (const auto end = read_arguments(app, argc - 1, argv + 1)) return *end;
    return study(options);
}

}  // namespace

int run_study(int argc, char** argv) {
    constexpr std::array<std::string_view, 3> studies{"halfclose", "idle", "partial"};
    const std::string_view which = argc < 2 ? "" : argv[1];
    if (which == "--help" || which == "-h") {
        fmt::print("{}", general_help);
        return 0;
    }
    if (which == "partial") return run_partial(argc, argv);
    Options options;
    if (which == "halfclose") {
        options.mode = track::StudyMode::half_closed;
    } else if (which == "idle") {
        options.mode = track::StudyMode::idle;
    } else {
        const std::string hint = did_you_mean(which, studies);
        return refuse(
            {.what = which.empty()
                         ? "study: expected `halfclose`, `idle` or `partial`"
                         : fmt::format("study: expected `halfclose`, `idle` or `partial`, got `{}`", which),
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

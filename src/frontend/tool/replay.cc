// gatehouse replay: a capture through rules.
#include <CLI/CLI.hpp>
#include <chrono>
#include <fmt/format.h>
#include <memory>
#include <unistd.h>

#include "frontend/replay/outputs.h"
#include "frontend/replay/session.h"
#include "frontend/replay/summary.h"
#include "frontend/tool/arguments.h"
#include "frontend/tool/session_options.h"
#include "frontend/tool/tool.h"

namespace gatehouse::frontend {

namespace {

// One report to several sinks.
class Fan final : public ReportSink {
  public:
    void add(ReportSink* sink) { sinks_.push_back(sink); }
    void report(const PacketReport& report, const Engine& engine) override {
        for (auto* sink : sinks_) sink->report(report, engine);
    }

  private:
    std::vector<ReportSink*> sinks_;
};

void show_progress(const io::CaptureReader& reader, std::uint64_t packets) {
    if (!isatty(STDERR_FILENO)) return;
    const std::uint64_t size = reader.stored_size();
    if (size > 0) {
        fmt::print(stderr, "\r{} packets, {} %", packets, 100 * reader.stored_read() / size);
    } else {
        fmt::print(stderr, "\r{} packets", packets);
    }
}

void tell_passed(const Passed& passed) {
    const auto line = [](std::uint64_t count, const char* what) {
        if (count > 0) fmt::print(stderr, "gatehouse: {} {}\n", count, what);
    };
    line(passed.outbound, "packets were sent by the capturing machine, not received: left out");
    line(passed.unconvertible, "records are of a link layer that isn't taken: left out");
    line(passed.too_long, "records are too long for a packet: left out");
    if (!passed.first_problem.empty())
        fmt::print(stderr, "gatehouse: the first of these: {}\n", passed.first_problem);
}

}  // namespace

int run_replay(int argc, char** argv) {
    SessionOptions options;
    std::vector<std::string> captures;
    std::string write_to;
    bool json = false, connections = false, invalid = false, ignored = false;
    CLI::App app(
        "Sends the packets of captures through rules, as a Linux router would, and says what became of each.",
        "gatehouse replay");
    std::vector<std::string> inside;
    add_session_options(app, options, inside);
    app.add_option("-w", write_to,
                   "write what leaves as pcapng, each packet with its verdict, rule and reason as comment")
        ->type_name("FILE");
    app.add_flag("--json", json, "one JSON object a line for every packet, on standard output");
    app.add_flag("--connections", connections,
                 "the connections at the end, as `conntrack -L -o extended` has them")
        ->excludes("--json");
    auto* const invalid_flag = app.add_flag("--invalid", invalid, "why each INVALID packet is that");
    invalid_flag->excludes("--json");
    app.add_flag("--ignored", ignored, "with --invalid: also packets that moved nothing in their connections")
        ->needs(invalid_flag);
    app.add_option("--batch", options.batch, "packets handed over at once")->check(CLI::Range(1, 4096));
    app.add_option("CAPTURE", captures, "pcap or pcapng files, gzip'd or not; - is standard input")
        ->required()
        ->type_name("FILE");
    app.footer(
        "Exit codes: 0 done, 1 done as far as a capture is damaged, 2 bad usage, rules or configuration. "
        "doc/replay.md tells more.");
    if (const auto end = read_arguments(app, argc, argv)) return *end;
    if (auto read = read_inside(inside, options); !read) return refuse(read.error());
    auto session = Session::open(options, captures);
    if (!session) return refuse(session.error());
    for (const auto& warning : (*session)->warnings())
        fmt::print(stderr, "gatehouse: warning: {}\n", warning.text());
    const std::string absent = (*session)->absent_interfaces();
    if (!absent.empty())
        fmt::print(
            stderr, "gatehouse: the rules name interfaces that this router hasn't: {}{}\n", absent,
            options.config.empty() ? " (--inside-interface and --outside-interface give it names)" : "");

    Fan fan;
    Summary summary;
    Walks walks(stdout);
    Invalids invalids(stdout, ignored);
    JsonLines lines(stdout);
    std::optional<AnnotatedCapture> left;
    if (json) {
        fan.add(&lines);
    } else {
        fan.add(&walks);
        if (invalid) fan.add(&invalids);
        fan.add(&summary);
        fmt::print("{}\n", (*session)->network_line());
    }
    if (!write_to.empty()) {
        auto made = AnnotatedCapture::create(write_to, (*session)->engine().router().interfaces());
        if (!made) return refuse(made.error());
        left.emplace(std::move(*made));
        fan.add(&*left);
    }
    bool damaged = false;
    for (const auto& capture : captures) {
        const auto end = (*session)->run(capture, fan, show_progress);
        if (!end) return refuse(end.error());
        if (isatty(STDERR_FILENO)) fmt::print(stderr, "\r\x1b[K");
        if (*end == io::Next::damage) {
            damaged = true;
            fmt::print(stderr, "gatehouse: {}: {}\n", capture, (*session)->damage().text());
        }
    }
    (*session)->finish(fan);
    tell_passed((*session)->passed());
    if (!json) fmt::print("{}", summary.text((*session)->engine()));
    if (connections) print_connections(stdout, (*session)->engine());
    if (left) {
        if (auto closed = left->close(); !closed) return refuse(closed.error());
    }
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
        return refuse({.what = "can't write the output"});
    return damaged ? 1 : 0;
}

}  // namespace gatehouse::frontend

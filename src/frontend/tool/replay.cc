// gatehouse replay: a capture through rules.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <memory>

#include "frontend/replay/invalid.h"
#include "frontend/replay/outputs.h"
#include "frontend/replay/session.h"
#include "frontend/replay/summary.h"
#include "frontend/tool/arguments.h"
#include "frontend/tool/progress.h"
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

// What is to be printed and written.
struct Wanted {
    bool json = false, connections = false, invalid = false, ignored = false;
    std::string write_to, save_to;

    Form form() const { return json ? Form::json : Form::text; }
};

void add_output_options(CLI::App& app, Wanted& wanted, SessionOptions& options) {
    app.add_option(
           "-w", wanted.write_to,
           "write what leaves as pcapng, each packet with its verdict, rule and reason as comment; with "
           "--invalid, just the flows of the packets that are told of, as they came")
        ->type_name("FILE");
    app.add_flag("--json", wanted.json,
                 "one JSON object a line for every packet, on standard output; with --connections or "
                 "--events, for every connection or event instead");
    app.add_flag("--connections", wanted.connections,
                 "the connections at the end, as `conntrack -L -o extended` has them");
    app.add_flag("--events", options.events,
                 "what happens to connections, as `conntrack -E -o extended,timestamp` has it");
    app.add_flag("--expectations", options.expectations,
                 "what helpers expect, as `conntrack -E expect -o timestamp` has it")
        ->excludes("--json");
    app.add_flag(
        "--log", options.log,
        "what the kernel log would hold: the lines of LOG rules and of tracking; in debug mode by itself");
    auto* const invalid = app.add_flag("--invalid", wanted.invalid,
                                       "why each INVALID packet is that: what was compared, in the kernel's "
                                       "words, too, and what came before it");
    invalid->excludes("--json");
    app.add_flag("--ignored", wanted.ignored,
                 "with --invalid: also packets that moved nothing in their connections")
        ->needs(invalid);
    app.add_option("--save-state", wanted.save_to, "write the connections at the end to a file")
        ->type_name("FILE");
    app.add_option("--load-state", options.load_state, "begin with the connections of a file")
        ->type_name("FILE");
}

void warn(const Session& session, const SessionOptions& options) {
    for (const auto& warning : session.warnings())
        fmt::print(stderr, "gatehouse: warning: {}\n", warning.text());
    const std::string absent = session.absent_interfaces();
    if (absent.empty()) return;
    fmt::print(stderr, "gatehouse: the rules name interfaces that this router hasn't: {}{}\n", absent,
               options.config.empty() ? " (--inside-interface and --outside-interface give it names)" : "");
}

// Every capture through the session. True: all of them whole.
Result<bool> run_all(Session& session, const std::vector<std::string>& captures, ReportSink& sink) {
    bool whole = true;
    for (const auto& capture : captures) {
        const auto end = session.run(capture, sink, show_progress);
        if (!end) return std::unexpected(end.error());
        clear_progress();
        if (*end != io::Next::damage) continue;
        whole = false;
        fmt::print(stderr, "gatehouse: {}: {}\n", capture, session.damage().text());
    }
    session.finish(sink);
    return whole;
}

// What there is to say of connections when all packets have been sent.
Result<void> tell_connections(Session& session, const Wanted& wanted, const SessionOptions& options) {
    const Engine& engine = session.engine();
    if (options.events) print_events(stdout, engine, wanted.form());
    if (options.expectations) print_expectations(stdout, engine);
    print_logged(stdout, session, wanted.form());
    if (wanted.connections) print_connections(stdout, engine, wanted.form());
    if (const auto& loaded = session.loaded()) {
        fmt::print(stderr,
                   "gatehouse: {} connections loaded; {} whose time was over, {} whose place was taken, {} "
                   "without room\n",
                   loaded->entered, loaded->over, loaded->clashed, loaded->full);
    }
    const track::Tracking* const tracking = engine.tracking();
    if (tracking != nullptr && options.events && tracking->lost_events() > 0)
        fmt::print(stderr, "gatehouse: {} events found no room and were lost\n", tracking->lost_events());
    if (wanted.save_to.empty()) return {};
    if (tracking == nullptr) return fail("there are no connections to save: no rule needs tracking");
    const auto saved = save_state(tracking->table(), wanted.save_to);
    if (!saved) return std::unexpected(saved.error());
    fmt::print(stderr, "gatehouse: {} connections saved\n", *saved);
    return {};
}

// With --invalid and -w: the flows that were told of.
Result<void> write_invalid_flows(const Invalids& invalids, const Wanted& wanted,
                                 const std::vector<std::string>& captures) {
    if (!wanted.invalid || wanted.write_to.empty()) return {};
    const auto written = invalids.write_flows(captures, wanted.write_to);
    if (!written) return std::unexpected(written.error());
    fmt::print(stderr, "gatehouse: {} packets written to {}\n", *written, wanted.write_to);
    if (invalids.forgotten() > 0)
        fmt::print(stderr,
                   "gatehouse: {} packets were too many to remember: their flows may be missing there\n",
                   invalids.forgotten());
    return {};
}

}  // namespace

int run_replay(int argc, char** argv) {
    SessionOptions options;
    Wanted wanted;
    std::vector<std::string> captures;
    CLI::App app(
        "Sends the packets of captures through rules, as a Linux router would, and says what became of each.",
        "gatehouse replay");
    std::vector<std::string> inside;
    add_session_options(app, options, inside);
    add_output_options(app, wanted, options);
    app.add_option("--batch", options.batch, "packets handed over at once (64)")
        ->check(CLI::Range(1, 4096))
        ->type_name("NUMBER");
    app.add_option("CAPTURE", captures, "pcap or pcapng files, gzip'd or not; - is standard input")
        ->required()
        ->type_name("FILE");
    app.footer(
        "Exit codes: 0 done, 1 done as far as a capture is damaged, 2 bad usage, rules or configuration. "
        "doc/replay.md tells more.");
    if (const auto end = read_arguments(app, argc, argv)) return *end;
    // Who asks what tracking knows wants it to look.
    options.track = wanted.invalid || wanted.connections || options.events || options.expectations;
    options.arrivals = wanted.invalid;
    if (wanted.write_to == "-")
        return refuse({.what = "-w: standard output has the summary; the packets need a file"});
    if (wanted.invalid && !wanted.write_to.empty() && std::ranges::find(captures, "-") != captures.end())
        return refuse({.what = "-w with --invalid reads the captures twice: standard input can't be"});
    if (auto read = read_inside(inside, options); !read) return refuse(read.error());
    auto session = Session::open(options, captures);
    if (!session) return refuse(session.error());
    warn(**session, options);

    Fan fan;
    Summary summary;
    Walks walks(stdout);
    Invalids invalids(stdout, wanted.ignored);
    JsonLines lines(stdout);
    EventLines events(stdout, wanted.form());
    std::optional<AnnotatedCapture> left;
    if (options.events) fan.add(&events);
    ExpectationLines expected(stdout);
    if (options.expectations) fan.add(&expected);
    LogLines logged(stdout, **session, wanted.form());
    if (options.log || (*session)->debug()) fan.add(&logged);
    if (!wanted.json) {
        fan.add(&walks);
        if (wanted.invalid) fan.add(&invalids);
        fan.add(&summary);
        fmt::print("{}\n", (*session)->network_line());
    } else if (!wanted.connections && !options.events) {
        fan.add(&lines);
    }
    if (!wanted.write_to.empty() && !wanted.invalid) {
        auto made = AnnotatedCapture::create(wanted.write_to, (*session)->engine().router().interfaces());
        if (!made) return refuse(made.error());
        left.emplace(std::move(*made));
        fan.add(&*left);
    }
    const auto whole = run_all(**session, captures, fan);
    if (!whole) return refuse(whole.error());
    tell_passed((*session)->passed());
    if (!wanted.json) fmt::print("{}", summary.text((*session)->engine()));
    if (auto told = tell_connections(**session, wanted, options); !told) return refuse(told.error());
    if (auto written = write_invalid_flows(invalids, wanted, captures); !written)
        return refuse(written.error());
    if (left) {
        if (auto closed = left->close(); !closed) return refuse(closed.error());
    }
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
        return refuse({.what = "can't write the output"});
    return *whole ? 0 : 1;
}

}  // namespace gatehouse::frontend

// gatehouse explain: one packet's walk, told.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/format.h>

#include "base/text.h"
#include "frontend/replay/invalid.h"
#include "frontend/tool/arguments.h"
#include "frontend/tool/session_options.h"
#include "frontend/tool/tool.h"
#include "trace/packet_words.h"

namespace gatehouse::frontend {

namespace {

constexpr const char* footer =
    R"(A packet is an interface and what comes in by it, in the words of doc/scenarios.md:
  gatehouse explain --rules rules.v4 'lan tcp 10.0.0.2:40000 > 192.0.2.9:80 S'
  gatehouse explain --config net.toml --rules6 rules.v6 'wan icmpv6 2001:db8::9 > fd00:1::2 type echo-request'
  gatehouse explain --config net.toml --rules rules.v4 capture.pcapng 205
Exit codes: 0 told, 1 told from a damaged capture, 2 bad usage, rules, configuration or packet.)";

// Keeps the traced packet's report, and what came before it in its flow.
class One final : public ReportSink {
  public:
    explicit One(std::uint64_t index) : index_(index) {}
    void report(const PacketReport& report, const Engine&) override {
        if (!report.arrival.flat.network) {
            if (report.index == index_) found = report;
            return;
        }
        const FlowKey key = flow_key(report.arrival.flat);
        if (report.index == index_) {
            found = report;
            if (report.tracking) account = account_of(report, history_.news(key));
        }
        if (!found) history_.note(key, past_of(report));
    }
    std::optional<PacketReport> found;
    std::string account;  // if it was INVALID or ignored

  private:
    std::uint64_t index_;
    FlowHistory history_;
};

void tell(const Session& session, const PacketReport& report) {
    fmt::print("{}\n\n{}", session.network_line(), report.walk);
    if (report.walk.empty()) {
        const Finding& finding = report.completion.finding;
        fmt::print("{}\nends before the first hook: {} ({})\n", trace::words(report.flat),
                   words(finding.reason, finding.numbers), name(finding.reason));
    }
}

int explain_written(const std::string& text, const SessionOptions& options) {
    auto written = scenario::read_written(text);
    if (!written) return refuse(written.error());
    auto session = Session::open(options, *written);
    if (!session) return refuse(session.error());
    const auto report = (*session)->send(*written);
    if (!report) return refuse(report.error());
    tell(**session, *report);
    return 0;
}

int explain_captured(const std::string& capture, const SessionOptions& options) {
    auto session = Session::open(options, {capture});
    if (!session) return refuse(session.error());
    One one(options.traced);
    const auto end = (*session)->run(capture, one, [](const io::CaptureReader&, std::uint64_t) {});
    if (!end) return refuse(end.error());
    (*session)->finish(one);
    if (!one.found) {
        const auto& passed = (*session)->passed();
        if (options.traced > passed.records)
            return refuse({.what = fmt::format("{} has {} packets", capture, passed.records)});
        return refuse({.what = fmt::format("packet {} wasn't sent through the rules ({})", options.traced,
                                           passed.first_problem)});
    }
    fmt::print("packet {} of {}\n", options.traced, capture);
    tell(**session, *one.found);
    if (!one.account.empty())
        fmt::print("\nconnection tracking\n  {}\n{}", words(one.found->arrival), one.account);
    return *end == io::Next::damage ? 1 : 0;
}

}  // namespace

int run_explain(int argc, char** argv) {
    SessionOptions options;
    std::vector<std::string> inside, what;
    CLI::App app(
        "Tells the walk of one packet, of a capture or written down: every chain, rule, change and "
        "decision.",
        "gatehouse explain");
    app.footer(footer);
    add_session_options(app, options, inside);
    app.add_option("PACKET", what,
                   "CAPTURE NUMBER (a pcap or pcapng file, and a packet's number in it, from 1), "
                   "or 'INTERFACE PACKET'")
        ->required()
        ->type_name("");
    if (const auto end = read_arguments(app, argc, argv)) return *end;
    if (auto read = read_inside(inside, options); !read) return refuse(read.error());
    const auto number = what.size() == 2 ? parse_number(what[1]) : std::nullopt;
    if (number && *number == 0)
        return refuse({.what = fmt::format("packets of `{}` are numbered from 1", what[0])});
    if (number) {
        options.traced = *number;
        options.arrivals = true;
        return explain_captured(what[0], options);
    }
    std::string text;
    for (const auto& word : what) text += (text.empty() ? "" : " ") + word;
    if (text.find(' ') == std::string::npos)
        return refuse({.what = fmt::format("expected a packet's number, from 1, behind `{}`", text)});
    return explain_written(text, options);
}

}  // namespace gatehouse::frontend

// gatehouse explain: one packet's walk, told.
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "frontend/tool/session_options.h"
#include "frontend/tool/tool.h"
#include "trace/narrator.h"

namespace gatehouse::frontend {

namespace {

// Keeps the traced packet's report.
class One final : public ReportSink {
  public:
    explicit One(std::uint64_t index) : index_(index) {}
    void report(const PacketReport& report, const Engine&) override {
        if (report.index == index_) found = report;
    }
    std::optional<PacketReport> found;

  private:
    std::uint64_t index_;
};

int refuse(const Error& error) {
    fmt::print(stderr, "gatehouse: {}\n", error.text());
    return 2;
}

}  // namespace

int run_explain(int argc, char** argv) {
    SessionOptions options;
    std::vector<std::string> inside;
    std::string capture;
    CLI::App app("Tells the walk of one packet of a capture: every chain, rule, change and decision.",
                 "gatehouse explain");
    add_session_options(app, options, inside);
    app.add_option("CAPTURE", capture, "a pcap or pcapng file")->required();
    app.add_option("NUMBER", options.traced, "the packet's number in it, from 1")
        ->required()
        ->check(CLI::PositiveNumber);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    if (auto read = read_inside(inside, options); !read) return refuse(read.error());
    auto session = Session::open(options, {capture});
    if (!session) return refuse(session.error());
    trace::Narrator narrator((*session)->engine());
    (*session)->engine().set_trace(&narrator);
    One one(options.traced);
    const auto end = (*session)->run(capture, one, [](const io::CaptureReader&, std::uint64_t) {});
    if (!end) return refuse(end.error());
    if (!one.found) {
        const auto& passed = (*session)->passed();
        if (options.traced > passed.records)
            return refuse({.what = fmt::format("{} has {} packets", capture, passed.records)});
        return refuse({.what = fmt::format("packet {} wasn't sent through the rules ({})", options.traced,
                                           passed.first_problem)});
    }
    fmt::print("{}\npacket {}: {}\n{}", (*session)->network_line(), options.traced,
               flow_text(one.found->flat), narrator.text());
    if (narrator.text().empty()) {
        const Finding& finding = one.found->completion.finding;
        fmt::print("ends before the first hook: {} ({})\n", words(finding.reason, finding.numbers),
                   name(finding.reason));
    }
    return *end == io::Next::damage ? 1 : 0;
}

}  // namespace gatehouse::frontend

#include "frontend/scenario/run.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/text.h"
#include "frontend/scenario/compare.h"

namespace gatehouse::frontend::scenario {

namespace {

class Runner {
  public:
    Runner(const Scenario& scenario, Peer& peer, bool verbose)
        : scenario_(scenario), peer_(peer), verbose_(verbose) {}

    Result<void> run() {
        for (const auto& step : scenario_.steps) {
            line_ = step.line;
            Result<void> done;
            if (const auto* load = std::get_if<Load>(&step.what)) done = peer_.load(*load);
            if (const auto* arrival = std::get_if<Arrival>(&step.what)) done = receive(*arrival);
            if (const auto* expected = std::get_if<Expected>(&step.what)) done = check_counter(*expected);
            if (std::holds_alternative<ReapplyNat>(step.what)) done = peer_.reapply_nat();
            if (!done) {
                Error error = done.error();
                if (error.place.file.empty()) error.place = {scenario_.file, line_, 0};
                return std::unexpected(std::move(error));
            }
        }
        return {};
    }

    std::string text;
    std::size_t failures = 0;

  private:
    void wrong(int line, std::string_view what) {
        ++failures;
        text += fmt::format("  {}:{}: {}\n", scenario_.file, line, what);
    }

    Result<void> receive(const Arrival& arrival) {
        const bool comes = !arrival.port.empty();
        if (comes) {
            auto frame = build_frame(arrival.packet);
            if (!frame) return std::unexpected(frame.error());
            frame_ = std::move(*frame);
        }
        std::vector<oracle::LeftFrame> left;
        std::vector<std::string> logged;
        for (unsigned i = 0; i < arrival.times; ++i) {
            const Nanoseconds after = i == 0 ? arrival.after : 0;
            auto some = comes ? peer_.inject(arrival.port, frame_, after) : peer_.pass(after);
            if (!some) return std::unexpected(some.error());
            std::ranges::move(*some, std::back_inserter(left));
            std::ranges::move(peer_.logged(), std::back_inserter(logged));
        }
        const std::size_t before = failures;
        if (arrival.judged) check_leaving(arrival, frame_, left);
        if (const Outcome* outcome = peer_.outcome()) {
            for (const auto& fate : arrival.fates) check_fate(fate, *outcome);
            for (const auto& log : arrival.logs) check_log(log, logged);
        }
        const bool failed = failures != before;
        const std::string walk = peer_.walk();
        if ((failed || verbose_) && !walk.empty()) {
            text += fmt::format("    the packet's walk{}:\n", arrival.times > 1 ? " (the last one's)" : "");
            for (const auto part : split(walk, '\n')) {
                if (!part.empty()) text += fmt::format("      {}\n", part);
            }
        }
        return {};
    }

    void check_leaving(const Arrival& arrival, Bytes input, const std::vector<oracle::LeftFrame>& left) {
        std::vector<bool> taken(left.size());
        for (const auto& expected : arrival.leaving) {
            for (unsigned n = 0; n < expected.times; ++n) {
                std::size_t i = 0;
                while (i < left.size() && (taken[i] || left[i].port != expected.port)) ++i;
                if (i == left.size()) {
                    wrong(expected.line,
                          fmt::format("expected a packet to leave by {}, none does", expected.port));
                    break;
                }
                taken[i] = true;
                const auto found = differences(expected, scenario_.network, input, left[i].bytes);
                if (!found.empty())
                    wrong(expected.line,
                          fmt::format("what leaves by {} isn't as expected ({}):\n{}", expected.port,
                                      brief(left[i].bytes), found.substr(0, found.size() - 1)));
            }
        }
        for (std::size_t i = 0; i < left.size(); ++i) {
            if (!taken[i])
                wrong(line_, fmt::format("leaves by {} without being expected: {}", left[i].port,
                                         brief(left[i].bytes)));
        }
    }

    void check_fate(const Fate& fate, const Outcome& outcome) {
        if (outcome.left) return wrong(fate.line, "expected it to be dropped, it leaves");
        if (!fate.reason.empty() && outcome.reason != fate.reason)
            wrong(fate.line,
                  fmt::format("expected it dropped because {}, got {}", fate.reason, outcome.reason));
        if (fate.table.empty()) return;
        const auto who = [](std::string_view table, std::string_view chain, std::size_t rule) {
            if (table.empty()) return std::string("the stack");
            return fmt::format("{} {} {}", table, chain, rule == 0 ? "policy" : std::to_string(rule));
        };
        const auto expected = who(fate.table, fate.chain, fate.rule);
        const auto actual = who(outcome.table, outcome.chain, outcome.rule);
        if (expected != actual)
            wrong(fate.line, fmt::format("expected it dropped by {}, got {}", expected, actual));
    }

    void check_log(const std::string& text_wanted, const std::vector<std::string>& logged) {
        const auto holds = [&](const std::string& one) { return one.find(text_wanted) != std::string::npos; };
        if (std::ranges::any_of(logged, holds)) return;
        wrong(line_, fmt::format("expected a log line with `{}`, got {}", text_wanted,
                                 logged.empty() ? "none" : fmt::format("`{}`", logged.back())));
    }

    // Finds the expectation's line in iptables-save's text.
    Result<void> check_counter(const Expected& expected) {
        const auto saved = peer_.counters(expected.family);
        if (!saved) return std::unexpected(saved.error());
        bool in_table = false;
        std::size_t number = 0;
        for (const auto line : split(*saved, '\n')) {
            if (line.starts_with('*')) in_table = line.substr(1) == expected.table;
            if (!in_table) continue;
            if (expected.rule == 0 && line.starts_with(fmt::format(":{} ", expected.chain))) {
                compare(expected, line.substr(expected.chain.size() + 2));
                return {};
            }
            const auto rule = line.find(fmt::format("] -A {}", expected.chain));
            if (expected.rule == 0 || !line.starts_with('[') || rule == std::string_view::npos) continue;
            const auto behind = line.substr(rule + 5 + expected.chain.size());
            if ((behind.empty() || behind.front() == ' ') && ++number == expected.rule) {
                compare(expected, line);
                return {};
            }
        }
        wrong(line_, fmt::format("there is no {} {} {}", expected.table, expected.chain,
                                 expected.rule == 0 ? "policy" : std::to_string(expected.rule)));
        return {};
    }

    // `line` is "POLICY [packets:bytes]" or "[packets:bytes] -A …".
    void compare(const Expected& expected, std::string_view line) {
        const auto open = line.find('['), middle = line.find(':', open), close = line.find(']', middle);
        const auto number = [&](std::size_t from, std::size_t to) {
            return parse_number(line.substr(from + 1, to - from - 1)).value_or(0);
        };
        const auto packets = number(open, middle), bytes = number(middle, close);
        const auto policy = line.substr(0, line.find(' '));
        if (!expected.policy.empty() && policy != expected.policy)
            wrong(line_, fmt::format("expected the policy {}, got {}", expected.policy, policy));
        if (expected.rule == 0 && !peer_.counts_policies()) return;
        if (packets != expected.packets || bytes != expected.bytes.value_or(bytes))
            wrong(line_, fmt::format("expected {} packets{}, got {} packets {} bytes", expected.packets,
                                     expected.bytes ? fmt::format(" {} bytes", *expected.bytes) : "", packets,
                                     bytes));
    }

    const Scenario& scenario_;
    Peer& peer_;
    bool verbose_;
    int line_ = 0;
    std::vector<std::uint8_t> frame_;  // that came last
};

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '&': out += "&amp;"; break;
            case '"': out += "&quot;"; break;
            default:
                if (c == '\n' || c == '\t' || static_cast<unsigned char>(c) >= ' ') out += c;
        }
    }
    return out;
}

std::string_view first_line(std::string_view text) { return text.substr(0, text.find('\n')); }

}  // namespace

Result<Report> run_scenario(const Scenario& scenario, Peer& peer, bool verbose) {
    Runner runner(scenario, peer, verbose);
    if (auto done = runner.run(); !done) return std::unexpected(done.error());
    return Report{.file = scenario.file,
                  .status = runner.failures > 0 ? Status::failed : Status::passed,
                  .text = std::move(runner.text)};
}

std::string junit(const std::vector<Report>& reports, std::string_view suite) {
    const auto count = [&](Status status) { return std::ranges::count(reports, status, &Report::status); };
    std::string text = fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" "
        "skipped=\"{}\">\n",
        escaped(suite), reports.size(), count(Status::failed), count(Status::skipped));
    for (const auto& report : reports) {
        text += fmt::format("  <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\"", escaped(suite),
                            escaped(report.file), report.seconds);
        const auto message = escaped(first_line(report.text));
        if (report.status == Status::passed) text += "/>\n";
        if (report.status == Status::skipped)
            text += fmt::format("><skipped message=\"{}\"/></testcase>\n", message);
        if (report.status == Status::failed)
            text += fmt::format("><failure message=\"{}\">{}</failure></testcase>\n", message,
                                escaped(report.text));
    }
    return text + "</testsuite>\n";
}

std::string tap(const std::vector<Report>& reports) {
    std::string text = fmt::format("TAP version 13\n1..{}\n", reports.size());
    std::size_t number = 0;
    for (const auto& report : reports) {
        const bool failed = report.status == Status::failed;
        text += fmt::format("{} {} - {}", failed ? "not ok" : "ok", ++number, report.file);
        if (report.status == Status::skipped) text += fmt::format(" # SKIP {}", first_line(report.text));
        text += '\n';
        if (!failed) continue;
        for (const auto line : split(report.text, '\n')) {
            if (!line.empty()) text += fmt::format("# {}\n", line);
        }
    }
    return text;
}

}  // namespace gatehouse::frontend::scenario

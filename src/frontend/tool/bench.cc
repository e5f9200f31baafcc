// gatehouse bench: the program measures itself, and the kernel beside it.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <vector>

#include "frontend/bench/changes.h"
#include "frontend/bench/line.h"
#include "frontend/bench/tracked.h"
#include "frontend/bench/traffic.h"
#include "frontend/bench/translated.h"
#include "frontend/tool/arguments.h"
#include "frontend/tool/tool.h"
#include "iptables/restore.h"
#include "oracle/kernel_bench.h"
#include "rules/workload.h"

namespace gatehouse::frontend {

namespace {

using bench::Figures;
using bench::Line;
using bench::Traffic;

class Runner {
  public:
    Runner(unsigned rounds, bool kernel, bool json) : rounds_(rounds), with_kernel_(kernel), json_(json) {}

    Result<void> run(const std::string& name);

  private:
    Result<void> packets(const std::string& name, Family family, std::size_t routes, std::size_t rules);
    Result<void> parse(const std::string& name);
    Result<void> rule_insert();
    Result<void> table_replace();
    Result<void> tracked(const std::string& name);
    Result<void> translated(const std::string& name);
    Result<double> forward_cost(Family family);
    void tell(const Line& line) const;
    Result<void> ask_kernel(Line& line, std::size_t rules);

    unsigned rounds_;
    bool with_kernel_, json_;
    std::array<std::optional<double>, 2> forward_{};  // by family
    std::optional<double> kernel_forward_;
    std::unique_ptr<oracle::KernelBench> kernel_;
};

Result<rules::Ruleset> ruleset_of(std::size_t count) {
    return iptables::read_restore(rules::Source{"<bench>", bench::rules_text(count)}, Family::ipv4);
}

void Runner::tell(const Line& line) const {
    fmt::print("{}\n", json_ ? bench::json_of(line) : bench::text_of(line));
    std::fflush(stdout);
}

Result<double> Runner::forward_cost(Family family) {
    std::optional<double>& known = forward_[is_v4(family) ? 0 : 1];
    if (!known) {
        Traffic traffic(family, 10'000);
        const auto figures = traffic.run(rounds_, false);
        if (!figures) return std::unexpected(figures.error());
        known = figures->median;
    }
    return *known;
}

Result<void> Runner::tracked(const std::string& name) {
    const auto base = forward_cost(bench::family_of(name));
    if (!base) return std::unexpected(base.error());
    const auto line = bench::run_tracked(name, rounds_, *base);
    if (!line) return std::unexpected(line.error());
    tell(*line);
    return {};
}

Result<void> Runner::translated(const std::string& name) {
    const auto base = forward_cost(Family::ipv4);
    if (!base) return std::unexpected(base.error());
    const auto line = bench::run_translated(name, rounds_, *base);
    if (!line) return std::unexpected(line.error());
    tell(*line);
    return {};
}

Result<void> Runner::ask_kernel(Line& line, std::size_t rules) {
    if (!with_kernel_) return {};
    if (!kernel_) {
        auto started = oracle::KernelBench::start();
        if (!started) return std::unexpected(started.error());
        kernel_ = std::move(*started);
        const auto sample = kernel_->forward();
        if (!sample) return std::unexpected(sample.error());
        kernel_forward_ = sample->cpu.median - sample->feed;
    }
    if (rules == 0) {
        line.kernel = kernel_forward_;
        return {};
    }
    const auto sample = kernel_->rules(bench::rules_text(rules));
    if (!sample) return std::unexpected(sample.error());
    line.kernel = sample->cpu.median - sample->feed - *kernel_forward_;
    return {};
}

Result<void> Runner::packets(const std::string& name, Family family, std::size_t routes, std::size_t rules) {
    Result<double> base = 0.0;
    if (rules > 0) {
        base = forward_cost(family);
        if (!base) return std::unexpected(base.error());
    }
    Traffic traffic(family, routes);
    if (rules > 0) {
        auto ruleset = ruleset_of(rules);
        if (!ruleset) return std::unexpected(ruleset.error());
        if (auto done = traffic.engine().install(*ruleset); !done) return done;
    }
    const auto figures = traffic.run(rules >= 10'000 ? std::min(rounds_, 5u) : rounds_, rules > 0);
    if (!figures) return std::unexpected(figures.error());
    Line line{.name = name, .gross = *figures};
    if (rules > 0) line.net = figures->median - *base;
    if (routes > 10'000) line.note = fmt::format("{} routes in {} MiB", routes, traffic.route_bytes() >> 20);
    if (routes == 10'000 && is_v4(family)) {
        if (auto asked = ask_kernel(line, rules); !asked) return asked;
    }
    tell(line);
    return {};
}

Result<void> Runner::rule_insert() {
    constexpr std::size_t count = 100'000;
    const double start = bench::now();
    auto ruleset = ruleset_of(count);
    if (!ruleset) return std::unexpected(ruleset.error());
    Traffic traffic(Family::ipv4, 16);
    if (auto done = traffic.engine().install(*ruleset); !done) return done;
    const double loaded = bench::now() - start;
    bench::Changes changes(traffic.engine(), *ruleset);
    for (unsigned i = 0; i < 1000; ++i) {
        const auto insert = [&](rules::Change& change) -> Result<void> {
            auto rule = rules::workload::drop_rule(Family::ipv4, i, rules::workload::By::address);
            auto done = change.insert("filter", "FORWARD", rules::by_number(count / 2), std::move(rule));
            if (!done) return std::unexpected(std::move(done).error());
            return {};
        };
        if (auto made = changes.make(insert); !made) return made;
    }
    Line line{.name = "rule-insert", .gross = changes.applied()};
    line.note = fmt::format(
        "into the middle of {}, prepared off the engine in {:.1f} us; reading and loading these took {:.3f} "
        "s",
        count, changes.prepared().median / 1e3, loaded);
    if (with_kernel_) {
        const auto sample =
            oracle::KernelBench::rule_insert(oracle::Tool::iptables_legacy, bench::rules_text(count), 3);
        if (!sample) return std::unexpected(sample.error());
        line.kernel = sample->wall.median;
    }
    tell(line);
    return {};
}

Result<void> Runner::table_replace() {
    constexpr std::size_t count = 10'000;
    auto ruleset = ruleset_of(count);
    if (!ruleset) return std::unexpected(ruleset.error());
    Traffic traffic(Family::ipv4, 16);
    if (auto done = traffic.engine().install(*ruleset); !done) return done;
    bench::Changes changes(traffic.engine(), *ruleset);
    for (unsigned i = 0; i < rounds_; ++i) {
        auto draft = rules::workload::forward_rules(Family::ipv4, count, rules::workload::By::address);
        const auto replace = [&](rules::Change& change) {
            return change.put_table(std::move(draft.tables[0]));
        };
        if (auto made = changes.make(replace); !made) return made;
    }
    Line line{.name = "table-replace", .gross = changes.applied()};
    line.note =
        fmt::format("{} rules, prepared off the engine in {:.1f} ms", count, changes.prepared().median / 1e6);
    tell(line);
    return {};
}

Result<void> Runner::parse(const std::string& name) {
    const auto figures = Traffic(Family::ipv4, 16).parse(rounds_);
    if (!figures) return std::unexpected(figures.error());
    tell({.name = name, .gross = *figures});
    return {};
}

Result<void> Runner::run(const std::string& name) {
    constexpr Family v4 = Family::ipv4;
    if (name == "parse") return parse(name);
    if (name == "forward") return packets(name, v4, 10'000, 0);
    if (name == "forward6") return packets(name, Family::ipv6, 10'000, 0);
    if (name == "forward-1m-routes") return packets(name, v4, 1'000'000, 0);
    if (name == "rules-100") return packets(name, v4, 10'000, 100);
    if (name == "rules-1000") return packets(name, v4, 10'000, 1000);
    if (name == "rules-10000") return packets(name, v4, 10'000, 10'000);
    if (name == "table-replace") return table_replace();
    if (std::ranges::find(bench::tracked_names(), name) != bench::tracked_names().end()) return tracked(name);
    if (std::ranges::find(bench::translated_names(), name) != bench::translated_names().end())
        return translated(name);
    return rule_insert();
}

const std::vector<std::string> stateless = {"parse",        "forward",    "forward6",    "forward-1m-routes",
                                            "rules-100",    "rules-1000", "rules-10000", "rule-insert",
                                            "table-replace"};

std::vector<std::string> all_names() {
    std::vector<std::string> names = stateless;
    names.insert(names.end(), bench::tracked_names().begin(), bench::tracked_names().end());
    names.insert(names.end(), bench::translated_names().begin(), bench::translated_names().end());
    return names;
}

}  // namespace

int run_bench(int argc, char** argv) {
    const std::vector<std::string> names = all_names();
    std::vector<std::string> chosen;
    bool json = false;
    std::string against;
    unsigned rounds = 15;
    CLI::App app("Measures the engine on this machine: nanoseconds a packet, one core, in memory.",
                 "gatehouse bench");
    app.add_option("NAME", chosen, "which (all otherwise)")->check(CLI::IsMember(names));
    app.add_flag("--json", json, "one JSON object a line");
    app.add_option("--against", against, "`kernel` (root): the kernel does the same work in the same run")
        ->check(CLI::IsMember({"kernel"}));
    app.add_option("--rounds", rounds, "how often all 65,536 frames are sent")
        ->check(CLI::Range(3, 1000))
        ->type_name("NUMBER");
    if (const auto end = read_arguments(app, argc, argv)) return *end;
    if (!against.empty()) {
        if (auto available = oracle::KernelBench::available(); !available) return refuse(available.error());
    }
    Runner runner(rounds, !against.empty(), json);
    for (const auto& name : chosen.empty() ? names : chosen) {
        if (auto done = runner.run(name); !done) return refuse(done.error());
    }
    return 0;
}

}  // namespace gatehouse::frontend

// Makes random rulesets, aims packets at the edges of their rules, and holds the engine against the real
// kernel: the frames that leave and the counters must be the same.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <expected>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fstream>
#include <random>
#include <span>

#include "base/text.h"
#include "network.h"
#include "peers.h"
#include "ruleset.h"
#include "tally.h"
#include "trial.h"

namespace fs = std::filesystem;

namespace gatehouse::generator {
namespace {

struct Options {
    std::uint32_t rulesets = 1000, packets = 100;
    std::uint64_t seed = 0;
    std::optional<Family> family;
    fs::path out = "generator-differences";
    bool every_option = false;
    std::string more;  // what else was said, for the same again
};

// `first`: what was seen before the case was made small.
std::string report(oracle::Kernel& kernel, const Trial& c, std::uint64_t seed, const std::string& first) {
    std::string out = fmt::format("seed {}: {}\n", seed, is_v4(c.family) ? "IPv4" : "IPv6");
    const auto found = run_afresh(kernel, c, Look::at_every_frame_and_counter);
    out += c.rules;
    if (!found) return out + found.error().text() + "\n";
    const std::size_t last = *found ? (*found)->frame : c.frames.size() - 1;
    out += fmt::format("{} packets\n", last + 1);
    for (const Frame& frame : std::span(c.frames).first(last + 1))
        out += fmt::format("{}\n{:02x}\n", network().ports[frame.port].name, fmt::join(frame.bytes, ""));
    out += *found ? (*found)->what : "the difference is gone when the case runs again; it was\n" + first;
    auto engine = EnginePeer::start(c.family, c.rules);
    if (!engine) return out + engine.error().text() + "\n";
    std::string walk;
    for (std::size_t i = 0; i <= last; ++i) (*engine)->inject(c.frames[i], i == last ? &walk : nullptr);
    return out + "the engine's walk:\n" + walk;
}

void write(const fs::path& directory, const Trial& whole, const Trial& small, const std::string& text) {
    fs::create_directories(directory);
    const std::string name = is_v4(whole.family) ? "rules.v4" : "rules.v6";
    std::ofstream(directory / "report.txt") << text;
    std::ofstream(directory / name) << small.rules;
    std::ofstream(directory / ("whole-" + name)) << whole.rules;
    std::ofstream lines(directory / "in.jsonl");
    for (const auto& frame : small.frames)
        lines << fmt::format("{{\"port\": {}, \"hex\": \"{:02x}\"}}\n", frame.port,
                             fmt::join(frame.bytes, ""));
}

Trial random_trial(const Options& options, std::uint64_t seed) {
    Random random(seed);
    const Family drawn = random.below(2) == 0 ? Family::ipv4 : Family::ipv6;
    Edges edges;
    Draw draw{random, options.family.value_or(drawn), edges};
    Trial c{.family = draw.family, .rules = random_ruleset(draw), .frames = {}};
    while (c.frames.size() < options.packets) {
        for (auto& frame : random_frames(draw, c.frames)) c.frames.push_back(std::move(frame));
    }
    c.frames.resize(options.packets);
    return c;
}

// Prints the tally; how many options never matched, or never failed to, though they can.
std::size_t print_tally() {
    std::size_t never = 0;
    fmt::print("{:<40} {:>9} {:>9}\n", "option", "matched", "failed");
    for (const auto& [name, count] : tally()) {
        never += !count.whole();
        const std::string note = !count.nature.empty() ? fmt::format("  ({})", count.nature)
                                 : count.whole()       ? ""
                                                       : "  <- never";
        fmt::print("{:<40} {:>9} {:>9}{}\n", name, count.matched, count.failed, note);
    }
    return never;
}

// The options; or the exit code with which to end at once.
std::expected<Options, int> read(int argc, char** argv) {
    Options options{.seed = std::random_device{}()};
    unsigned family = 0;
    std::vector<std::string> extensions;
    CLI::App app("Random rulesets and packets, through the engine and through the real kernel. Needs root.");
    app.add_option("--rulesets", options.rulesets, "how many rulesets");
    app.add_option("--packets", options.packets, "how many packets for each")->check(CLI::PositiveNumber);
    app.add_option("--seed", options.seed, "of the first ruleset; the next ones count on from it");
    app.add_option("--family", family, "4 or 6; both otherwise")->check(CLI::IsMember({4, 6}));
    app.add_option("--only", extensions, "matches and targets: others aren't drawn")->delimiter(',');
    app.add_option("--out", options.out, "the folder that gets the differences");
    app.add_flag("--every-option", options.every_option,
                 "an option that never matched, or never failed to, is a failure, too");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return std::unexpected(app.exit(error) == 0 ? 0 : 2);
    }
    draw_only(extensions);
    if (!extensions.empty()) options.more = fmt::format(" --only {}", fmt::join(extensions, ","));
    if (family != 0) options.family = family == 4 ? Family::ipv4 : Family::ipv6;
    return options;
}

int main_of(int argc, char** argv) {
    const auto options = read(argc, argv);
    if (!options) return options.error();
    if (const auto able = oracle::Kernel::available(); !able) {
        fmt::print("skipped: {}\n", able.error().text());
        return 77;
    }
    auto kernel = oracle::Kernel::start(kernel_network());
    if (!kernel) {
        fmt::print(stderr, "{}\n", kernel.error().text());
        return 2;
    }
    start_tally();
    fmt::print("seed {}\n", options->seed);
    std::size_t differences = 0, packets = 0;
    for (std::uint32_t i = 0; i < options->rulesets; ++i) {
        const std::uint64_t seed = options->seed + i;
        const Trial whole = random_trial(*options, seed);
        packets += whole.frames.size();
        auto found =
            run(**kernel, whole, Look::at_the_end, seed % 2 == 0 ? Selection::ahead : Selection::none);
        // Packets that take a detour inside the kernel may come out later than those behind them.
        if (found && *found) found = run_afresh(**kernel, whole, Look::at_every_frame);
        if (found && !*found) continue;
        ++differences;
        const Trial small = found ? shrink(**kernel, whole) : whole;
        const std::string text = (found ? "" : found.error().text() + "\n") +
                                 report(**kernel, small, seed, found ? (*found)->what : "");
        fmt::print("{}again: gatehouse-generator --seed {} --rulesets 1 --packets {}{}\n\n", text, seed,
                   options->packets, options->more);
        std::fflush(stdout);
        write(options->out / std::to_string(seed), whole, small, text);
    }
    const std::size_t never = print_tally();
    fmt::print(
        "{} rulesets, {} packets, {} differences, {} options that never matched or never failed; seed {}\n",
        options->rulesets, packets, differences, never, options->seed);
    return differences == 0 && (never == 0 || !options->every_option) ? 0 : 1;
}

}  // namespace
}  // namespace gatehouse::generator

int main(int argc, char** argv) {
    try {
        return gatehouse::generator::main_of(argc, argv);
    } catch (const std::exception& error) {
        fmt::print(stderr, "{}\n", error.what());
        return 2;
    }
}

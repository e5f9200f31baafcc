// Random TCP exchanges, each segment judged by the real kernel and by the tracker: how rules see it, the
// phase, the time that the entry has left and its status must be the same.
#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <random>

#include "coverage.h"
#include "kernel_side.h"
#include "track/proto/tcp_cases.h"

namespace gatehouse::tcp_generator {
namespace {

struct Options {
    std::uint32_t exchanges = 10'000, length = 24, cover = 0;
    std::uint64_t seed = 0;
    bool cases = false;
    std::string script;
};

// "" when both say the same. The kernel's seconds are rounded down, and some time passes.
std::string difference(const Outcome& kernel, const Outcome& ours, const KernelEntry& detail,
                       const Flow& flow) {
    const bool same =
        kernel.info == ours.info && kernel.entry == ours.entry &&
        (!ours.entry || (kernel.phase == ours.phase && kernel.assured == ours.assured &&
                         kernel.seen_reply == ours.seen_reply && ours.seconds - kernel.seconds >= 0 &&
                         ours.seconds - kernel.seconds <= 1));
    if (!same) {
        return fmt::format("kernel {}{}, ours {}{}", kernel.seen(), kernel.seen_reply ? " replied" : "",
                           ours.text(), ours.seen_reply ? " replied" : "");
    }
    if (!ours.entry) return {};
    std::string out;
    for (unsigned d = 0; d < 2; ++d) {
        if (detail.flags[d] != flow.state.flags[d] || detail.scale[d] != flow.state.most_scale(d)) {
            out +=
                fmt::format("direction {}: kernel flags {:#04x} scale {}, ours {:#04x} {}; ", d,
                            detail.flags[d], detail.scale[d], flow.state.flags[d], flow.state.most_scale(d));
        }
    }
    return out;
}

class Comparison {
  public:
    Comparison(const Options& options, KernelSide& kernel) : options_(options), kernel_(kernel) {}

    Result<void> run_cases();
    Result<void> run_script(const std::vector<std::string_view>& lines);
    Result<void> run_exchanges();
    std::uint32_t different() const { return different_; }
    const std::vector<std::string>& told() const { return told_; }

  private:
    // False when the two differ; the exchange so far is told then.
    Result<bool> send(Flow& flow, KernelSide::Ends ends, const Sent& sent);
    Result<void> wait(Flow& flow, KernelSide::Ends ends, std::uint32_t seconds);
    Result<bool> exchange(Random& random, const track::tcp::Settings& settings, KernelSide::Ends ends);
    KernelSide::Ends fresh_ends();

    const Options& options_;
    KernelSide& kernel_;
    Coverage coverage_;
    std::vector<std::string> told_;
    std::uint32_t different_ = 0, next_ = 0;
    std::uint64_t segments_ = 0;
};

KernelSide::Ends Comparison::fresh_ends() {
    constexpr std::uint32_t ports = 60'000;
    const std::uint32_t n = next_++;
    return {.client = static_cast<std::uint16_t>(1024 + n % ports),
            .server = static_cast<std::uint16_t>(80 + n / ports)};
}

Result<bool> Comparison::send(Flow& flow, KernelSide::Ends ends, const Sent& sent) {
    ++segments_;
    KernelEntry detail;
    const auto theirs = kernel_.send(ends, sent, detail);
    if (!theirs) return std::unexpected(theirs.error());
    const auto ours = flow.send(sent);
    const std::string what = difference(*theirs, ours, detail, flow);
    told_.push_back(fmt::format("{} = {}", text(sent), what.empty() ? ours.text() : theirs->seen()));
    if (what.empty()) return true;
    ++different_;
    fmt::print("different: {}\n", what);
    for (const auto& line : told_) fmt::print("    {}\n", line);
    return false;
}

Result<void> Comparison::wait(Flow& flow, KernelSide::Ends ends, std::uint32_t seconds) {
    told_.push_back(fmt::format("wait {}", seconds));
    flow.now += seconds * second;
    if (!flow.entry) return {};
    return kernel_.leave(
        ends, static_cast<std::uint32_t>(std::max<Nanoseconds>(flow.expiry - flow.now, 0) / second));
}

Result<bool> Comparison::exchange(Random& random, const track::tcp::Settings& settings,
                                  KernelSide::Ends ends) {
    Flow flow;
    flow.settings = settings;
    Author author(random, flow);
    told_.clear();
    const std::uint32_t length = 4 + random.below(options_.length);
    for (std::uint32_t i = 0; i < length; ++i) {
        const Written written = author.next();
        if (written.wait != 0) {
            if (auto done = wait(flow, ends, written.wait); !done) return std::unexpected(done.error());
        }
        if (track::tcp::flags_fit(written.sent.flags)) {
            const bool entry = flow.entry && flow.now < flow.expiry;
            const auto direction = entry ? flow.direction(written.sent.side) : track::Direction::original;
            coverage_.count_cell(direction, entry, flow.state.phase, track::tcp::kind_of(written.sent.flags));
            if (written.aim && entry) coverage_.count_aim(*written.aim);
        }
        const auto same = send(flow, ends, written.sent);
        if (!same || !*same) return same;
    }
    return true;
}

Result<void> Comparison::run_exchanges() {
    // A seed an exchange, so that one can be looked at alone.
    constexpr std::uint32_t block = 100;  // exchanges with the same settings
    track::tcp::Settings settings{.pickup = track::tcp::PickupMode::linux};
    const auto started = std::chrono::steady_clock::now();
    for (std::uint32_t i = 0; i < options_.exchanges; ++i) {
        Random random(options_.seed + i);
        if (i % block == 0) {
            Random chance(options_.seed + i + (std::uint64_t{1} << 63));
            settings.be_liberal = chance.below(8) == 0;
            settings.loose = chance.below(8) != 0;
            settings.max_retrans = static_cast<std::uint8_t>(chance.below(3) == 0 ? chance.below(5) : 3);
            settings.ignore_invalid_rst = chance.below(8) == 0;
            if (auto done = kernel_.configure(settings); !done) return done;
        }
        if (auto done = exchange(random, settings, fresh_ends()); !done) return std::unexpected(done.error());
        if (different_ >= 20) break;
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
    fmt::print("{}{} segments in {:.1f} s; each cell and bound at least {} times\n", coverage_.text(),
               segments_, took.count(), coverage_.least());
    if (coverage_.least() < options_.cover) {
        ++different_;
        fmt::print("that is less than {} times\n", options_.cover);
    }
    return {};
}

Result<void> Comparison::run_script(const std::vector<std::string_view>& lines) {
    Flow flow;
    const auto ends = fresh_ends();
    if (auto done = kernel_.configure(flow.settings); !done) return done;
    for (const std::string_view line : lines) {
        if (line.starts_with('>') || line.starts_with('<')) {
            const auto same = send(flow, ends, sent_of(line));
            if (!same) return std::unexpected(same.error());
            if (!*same) break;
            continue;
        }
        std::istringstream words{std::string(line)};
        std::string what;
        std::uint32_t value = 0;
        words >> what >> value;
        auto done = what == "wait" ? wait(flow, ends, value)
                                   : (flow.set(what, value), kernel_.configure(flow.settings));
        if (!done) return done;
    }
    return {};
}

Result<void> Comparison::run_cases() {
    for (const Case& script : cases_of(case_text)) {
        told_ = {std::string(script.name)};
        if (auto done = run_script(script.lines); !done) return done;
    }
    return {};
}

// The lines of a file, and what the kernel makes of each.
Result<void> tell(Comparison& comparison, const std::string& path) {
    std::ifstream file(path);
    if (!file) return fail(fmt::format("can't read {}", path));
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    auto done = comparison.run_script({lines.begin(), lines.end()});
    if (comparison.different() == 0) {
        for (const auto& line : comparison.told()) fmt::print("{}\n", line);
    }
    return done;
}

int run(int argc, char** argv) {
    Options options;
    options.seed = std::random_device()();
    CLI::App app("Random TCP exchanges through the real kernel and through the tracker. Needs root.");
    app.add_option("--exchanges", options.exchanges, "how many (default 10000)");
    app.add_option("--seed", options.seed, "the first exchange's seed; drawn, if not given");
    app.add_option("--length", options.length, "the most segments of an exchange, about");
    app.add_option("--cover", options.cover, "fail if a cell or bound is met less often");
    app.add_flag("--cases", options.cases, "the named cases instead");
    app.add_option("--script", options.script,
                   "the lines of a file instead (see src/track/proto/tcp_testing.h)");
    CLI11_PARSE(app, argc, argv);
    if (auto can = oracle::Kernel::available(); !can) {
        fmt::print("skipped: {}\n", can.error().text());
        return 77;
    }
    auto kernel = KernelSide::start();
    if (!kernel) {
        fmt::print(stderr, "{}\n", kernel.error().text());
        return 2;
    }
    if (!options.cases && options.script.empty()) fmt::print("seed {}\n", options.seed);
    Comparison comparison(options, **kernel);
    const auto done = !options.script.empty() ? tell(comparison, options.script)
                      : options.cases         ? comparison.run_cases()
                                              : comparison.run_exchanges();
    if (!done) {
        fmt::print(stderr, "{}\n", done.error().text());
        return 2;
    }
    fmt::print("{} different\n", comparison.different());
    return comparison.different() == 0 ? 0 : 1;
}

}  // namespace
}  // namespace gatehouse::tcp_generator

int main(int argc, char** argv) { return gatehouse::tcp_generator::run(argc, argv); }

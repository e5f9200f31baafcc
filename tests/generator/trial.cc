#include "trial.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/text.h"
#include "network.h"
#include "peers.h"
#include "ruleset.h"
#include "wire/protocol.h"

namespace gatehouse::generator {
namespace {

std::string compare_counters(const std::string& expected, const std::string& actual) {
    const auto theirs = split(expected, '\n'), ours = split(actual, '\n');
    std::string out;
    for (std::size_t i = 0; i < std::max(theirs.size(), ours.size()); ++i) {
        const auto a = i < theirs.size() ? theirs[i] : "", b = i < ours.size() ? ours[i] : "";
        if (a != b) out += fmt::format("expected {}\nactual   {}\n", a, b);
    }
    return out;
}

using Outcome = Result<std::optional<Difference>>;

// One trial under way, the rules loaded.
struct Course {
    oracle::Kernel& kernel;
    EnginePeer& engine;
    const Trial& trial;

    Outcome counters(std::size_t frame) {
        const auto theirs = kernel.counters(trial.family);
        if (!theirs) return std::unexpected(theirs.error());
        std::string what = compare_counters(*theirs, for_kernel(engine.counters()));
        if (what.empty()) return std::optional<Difference>{};
        return std::optional(Difference{frame, std::move(what)});
    }

    Outcome all_frames() {
        const std::size_t last = trial.frames.size() - 1;
        const auto ports = network().ports;
        std::vector<oracle::Kernel::Arrival> arrivals;
        std::vector<Left> actual;
        for (const Frame& frame : trial.frames) {
            arrivals.push_back({ports[frame.port].name, frame.bytes});
            for (Left& left : engine.inject(frame)) actual.push_back(std::move(left));
        }
        const auto expected = kernel.inject_all(arrivals);
        if (!expected) return std::unexpected(expected.error());
        if (std::string what = compare(*expected, actual); !what.empty())
            return std::optional(Difference{last, std::move(what)});
        return counters(last);
    }

    Outcome each_frame(bool and_counters) {
        for (std::size_t i = 0; i < trial.frames.size(); ++i) {
            const Frame& frame = trial.frames[i];
            const auto expected = kernel.inject(network().ports[frame.port].name, frame.bytes);
            if (!expected) return std::unexpected(expected.error());
            if (std::string what = compare(*expected, engine.inject(frame)); !what.empty())
                return std::optional(Difference{i, std::move(what)});
            if (!and_counters && i + 1 < trial.frames.size()) continue;
            if (auto found = counters(i); !found || *found) return found;
        }
        return std::optional<Difference>{};
    }
};

}  // namespace

bool has_fragments(const Trial& trial) {
    return std::ranges::any_of(trial.frames, [](const Frame& frame) {
        constexpr std::size_t ip = 14;
        if (frame.bytes.size() < ip + 40) return false;
        if (frame.bytes[ip] >> 4 == 4) return (load_be16(&frame.bytes[ip + 6]) & 0x3fff) != 0;
        const auto header = std::span(frame.bytes).subspan(ip, 40);
        return std::ranges::count(header, wire::protocol::fragment) > 0;
    });
}

Result<std::optional<Difference>> run(oracle::Kernel& kernel, const Trial& trial, Look look,
                                      std::optional<Selection> counted) {
    if (trial.frames.empty()) return std::optional<Difference>{};
    auto engine = EnginePeer::start(trial.family, trial.rules, counted);
    if (!engine) return std::unexpected(engine.error());
    if (auto done = kernel.load(trial.family, for_kernel(trial.rules)); !done)
        return std::optional(Difference{0, "the kernel refuses the rules: " + done.error().text()});
    if (auto done = kernel.forget_connections(); !done) return std::unexpected(done.error());
    Course course{kernel, **engine, trial};
    return look == Look::at_the_end ? course.all_frames()
                                    : course.each_frame(look == Look::at_every_frame_and_counter);
}

Result<std::optional<Difference>> run_afresh(oracle::Kernel& kernel, const Trial& trial, Look look) {
    if (!has_fragments(trial)) return run(kernel, trial, look);
    const auto fresh = oracle::Kernel::start(kernel_network());
    if (!fresh) return std::unexpected(fresh.error());
    return run(**fresh, trial, look);
}

}  // namespace gatehouse::generator

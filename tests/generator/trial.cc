#include "trial.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/text.h"
#include "network.h"
#include "peers.h"
#include "ruleset.h"

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

}  // namespace

Result<std::optional<Difference>> run(oracle::Kernel& kernel, const Trial& trial, Look look, bool counted) {
    auto engine = EnginePeer::start(trial.family, trial.rules, counted);
    if (!engine) return std::unexpected(engine.error());
    if (auto done = kernel.load(trial.family, for_kernel(trial.rules)); !done)
        return std::optional(Difference{0, "the kernel refuses the rules: " + done.error().text()});
    for (std::size_t i = 0; i < trial.frames.size(); ++i) {
        const auto& frame = trial.frames[i];
        const auto expected = kernel.inject(network().ports[frame.port].name, frame.bytes);
        if (!expected) return std::unexpected(expected.error());
        std::string what = compare(*expected, (*engine)->inject(frame));
        if (what.empty() && (look == Look::after_every_frame || i + 1 == trial.frames.size())) {
            const auto counters = kernel.counters(trial.family);
            if (!counters) return std::unexpected(counters.error());
            what = compare_counters(*counters, for_kernel((*engine)->counters()));
        }
        if (!what.empty()) return std::optional(Difference{i, std::move(what)});
    }
    return std::optional<Difference>{};
}

}  // namespace gatehouse::generator

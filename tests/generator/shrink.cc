#include <algorithm>

#include "base/text.h"
#include "trial.h"

namespace gatehouse::generator {
namespace {

bool differs(oracle::Kernel& kernel, const Trial& trial) {
    const auto difference = run_afresh(kernel, trial, Look::at_every_frame);
    return difference && *difference;
}

// Takes `smaller` in the place of `trial` if the peers differ over it, too.
bool take(oracle::Kernel& kernel, Trial& trial, Trial smaller) {
    if (!differs(kernel, smaller)) return false;
    trial = std::move(smaller);
    return true;
}

void drop_frames(oracle::Kernel& kernel, Trial& trial) {
    if (const auto found = run_afresh(kernel, trial, Look::at_every_frame_and_counter); found && *found)
        trial.frames.resize((*found)->frame + 1);
    if (take(kernel, trial, {trial.family, trial.rules, {trial.frames.back()}})) return;
    for (std::size_t step = trial.frames.size() / 2; step > 0; step /= 2) {
        for (std::size_t at = 0; at + step < trial.frames.size();) {
            Trial less = trial;
            const auto from = less.frames.begin() + static_cast<std::ptrdiff_t>(at);
            less.frames.erase(from, from + static_cast<std::ptrdiff_t>(step));
            if (!take(kernel, trial, std::move(less))) at += step;
        }
    }
}

// The lines of `trial`'s rules without those that `drops` names, or changed as it says.
bool drop_lines(oracle::Kernel& kernel, Trial& trial) {
    const std::string before = trial.rules;
    bool smaller = false;
    const auto replace = [&](std::string_view old, std::string_view with) {
        const auto at = trial.rules.find(old);
        if (at == std::string::npos) return;
        Trial less = trial;
        less.rules.replace(at, old.size(), with);
        smaller |= take(kernel, trial, std::move(less));
    };
    for (std::size_t at = before.find('*'); at != std::string::npos; at = before.find("\n*", at)) {
        at = before.find('*', at);
        replace(std::string_view(before).substr(at, before.find("COMMIT\n", at) + 7 - at), "");
    }
    for (const auto line : split(before, '\n')) {
        const auto whole = std::string(line) + "\n";
        if (line.starts_with("[") || line.contains(" - [")) replace(whole, "");
        if (const auto policy = line.find(" DROP ["); line.starts_with(":") && policy != std::string::npos)
            replace(whole, std::string(line.substr(0, policy)) + " ACCEPT [0:0]\n");
    }
    return smaller;
}

}  // namespace

Trial shrink(oracle::Kernel& kernel, Trial trial) {
    drop_frames(kernel, trial);
    while (drop_lines(kernel, trial)) {
    }
    return trial;
}

}  // namespace gatehouse::generator

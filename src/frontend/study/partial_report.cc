// The study of commands that are cut, in words and as JSON.
#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "frontend/study/partial.h"

namespace gatehouse::frontend {

namespace {

struct Counts {
    std::size_t commands = 0, whole = 0, cut = 0, never_ended = 0;
    std::array<std::size_t, 3> pieces{};  // two, three, more
    // Of those that were cut, and ended:
    std::size_t said_again = 0, coalesced = 0, never_whole = 0;
    std::size_t prompt = 0;  // whose rest came within the time after which it is asked for
    Nanoseconds median = 0, longest = 0;
};

constexpr Nanoseconds until_promise = 40 * millisecond;

Counts counts_of(const std::vector<StudiedCommand>& commands) {
    Counts counts;
    std::vector<Nanoseconds> took;
    for (const StudiedCommand& command : commands) {
        if (!command.ended) {
            ++counts.never_ended;
            continue;
        }
        ++counts.commands;
        if (command.pieces == 1) {
            ++counts.whole;
            continue;
        }
        ++counts.cut;
        ++counts.pieces[std::min<std::size_t>(command.pieces, 4) - 2];
        counts.said_again += command.said_again ? 1 : 0;
        counts.coalesced += command.coalesced ? 1 : 0;
        counts.never_whole += command.coalesced ? 0 : 1;
        counts.prompt += command.took <= until_promise ? 1 : 0;
        took.push_back(command.took);
    }
    if (!took.empty()) {
        std::ranges::sort(took);
        counts.median = took[took.size() / 2];
        counts.longest = took.back();
    }
    return counts;
}

double percent(std::size_t part, std::size_t whole) {
    return whole == 0 ? 0 : 100 * static_cast<double>(part) / static_cast<double>(whole);
}
double milliseconds(Nanoseconds time) { return static_cast<double>(time) / static_cast<double>(millisecond); }

}  // namespace

std::string text_of(const PartialStudy& study) {
    if (study.commands().empty()) return "No command of a helper's protocol has come.\n";
    std::string text;
    for (const auto& [helper, commands] : study.commands()) {
        const Counts c = counts_of(commands);
        text += fmt::format("{}: {} commands, {} whole ({:.1f} %), {} cut ({:.1f} %)\n", helper, c.commands,
                            c.whole, percent(c.whole, c.commands), c.cut, percent(c.cut, c.commands));
        if (c.cut > 0) {
            text +=
                fmt::format("  in two pieces {}, three {}, more {}\n", c.pieces[0], c.pieces[1], c.pieces[2]);
            text +=
                fmt::format("  the rest came after {:.1f} ms (median), {:.1f} ms at most; {} within 40 ms\n",
                            milliseconds(c.median), milliseconds(c.longest), c.prompt);
            text += fmt::format("  said again {}, whole then {}; never whole in one segment {}\n",
                                c.said_again, c.coalesced, c.never_whole);
        }
        if (c.never_ended > 0) text += fmt::format("  begun and never ended: {}\n", c.never_ended);
    }
    return text;
}

std::string json_of(const PartialStudy& study) {
    using Json = nlohmann::ordered_json;
    Json helpers = Json::object();
    for (const auto& [helper, commands] : study.commands()) {
        const Counts c = counts_of(commands);
        helpers[helper] = {{"commands", c.commands},
                           {"whole", c.whole},
                           {"cut", c.cut},
                           {"pieces", {{"2", c.pieces[0]}, {"3", c.pieces[1]}, {"more", c.pieces[2]}}},
                           {"within_40_ms", c.prompt},
                           {"median_ms", milliseconds(c.median)},
                           {"longest_ms", milliseconds(c.longest)},
                           {"said_again", c.said_again},
                           {"coalesced", c.coalesced},
                           {"never_whole", c.never_whole},
                           {"never_ended", c.never_ended}};
    }
    return Json{{"study", "partial"}, {"helpers", std::move(helpers)}}.dump(2) + "\n";
}

}  // namespace gatehouse::frontend

// Counts how often each option of each extension matched and failed to match, by standing between the rules
// and their extensions. One thread's.
#pragma once
#include <map>
#include <string>
#include <string_view>

#include "rules/draft.h"

namespace gatehouse::generator {

struct Count {
    std::uint64_t matched = 0, failed = 0;
    bool match = false;         // not a target, which can't fail
    std::string_view nature{};  // why one of the two can't be: "it always matches"

    // Whether it was seen both ways, as far as that can be.
    bool whole() const { return !nature.empty() || (matched > 0 && (failed > 0 || !match)); }
};

// By "tcp ! --dport".
std::map<std::string, Count>& tally();
// Every option, with a `!` too where it takes one, of every extension that acts, at zero.
void start_tally();

// Whether packets that a match can't let pass by the numbers it packs are kept from it, as they are in every
// engine, so that it isn't seen to refuse them; or whether it is asked about each.
enum class Selection { ahead, none };

// Has the rule's extensions counted from here on, each option as the rule's text writes it.
void count_extensions(rules::RuleDraft& rule, Selection selection);

}  // namespace gatehouse::generator

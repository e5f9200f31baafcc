// Counts how often each option of each extension matched and failed to match, by standing between the rules
// and their extensions. One thread's.
#pragma once
#include <map>
#include <string>

#include "rules/draft.h"

namespace gatehouse::generator {

struct Count {
    std::uint64_t matched = 0, failed = 0;
    bool match = false;  // not a target, which can't fail
};

// By "tcp ! --dport".
std::map<std::string, Count>& tally();
// Every option, with a `!` too where it takes one, of every extension that acts, at zero.
void start_tally();
// Has the rule's extensions counted from here on.
void count_extensions(rules::RuleDraft& rule);

}  // namespace gatehouse::generator

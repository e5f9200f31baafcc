// One rule's words, as `iptables -A CHAIN …` takes them, to a rule.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "frontend/iptables/words.h"
#include "rules/body.h"

namespace gatehouse::frontend::iptables {

// Where the words stand, for errors and for RuleDraft::place and text.
struct Source {
    std::string_view file;
    int line = 0;
    std::string_view text;  // the whole rule as written
};

// Reads the words after the chain's name. A list of addresses (`-s a,b`) makes a rule for each combination,
// as iptables does. Errors point at the word, say what was expected, and suggest what may have been meant.
// Whether the rule fits its chain and table is validate()'s to say.
Result<std::vector<rules::RuleDraft>> parse_rule(std::span<const Word> words, Family family,
                                                 const Source& source);

}  // namespace gatehouse::frontend::iptables

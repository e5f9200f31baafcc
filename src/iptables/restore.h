// iptables-restore's text, carried out on a ruleset.
#pragma once
#include <functional>
#include <memory>
#include <string_view>

#include "base/error.h"
#include "rules/change.h"

namespace gatehouse::iptables {

struct RestoreOptions {
    bool counters = true;   // false: counters in the text are checked but count for nothing
    bool no_flush = false;  // add to the tables that are there; otherwise each table in the text replaces one
    std::string_view only_table = {};  // pass over the other tables
    // Sees each rule before it is taken, and may change it.
    std::function<void(rules::RuleDraft&)> each_rule = {};
};

// Makes the text's edits, as iptables-restore does; `*notrack` means raw. A table that comes twice is taken
// as the later one has it. Errors name file, line and column; the change is then to be dropped. The rules
// share the text for explanations.
Result<void> restore(std::shared_ptr<const rules::Source> source, rules::Change& change,
                     const RestoreOptions& options = {});

// A ruleset of the text's tables alone.
Result<rules::Ruleset> read_restore(rules::Source source, Family family, const RestoreOptions& options = {});
Result<rules::Ruleset> read_restore(std::string_view text, std::string_view file, Family family,
                                    const RestoreOptions& options = {});

}  // namespace gatehouse::iptables

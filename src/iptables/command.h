// One command of iptables' command line, read into its parts: what is to be done to which chain with which
// rule.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "rules/body.h"

namespace gatehouse::iptables {

enum class Action : std::uint8_t {
    none,
    append,
    insert,
    remove,
    remove_number,
    check,
    replace,
    list,
    list_rules,
    flush,
    zero,
    zero_number,
    new_chain,
    delete_chain,
    rename_chain,
    set_policy,
};

struct Command {
    Action action = Action::none;
    bool also_zero = false;  // -L -Z, -S -Z
    std::string table = "filter";
    std::string chain;         // empty: all chains, where the action takes that
    std::string new_name;      // of -E
    std::string policy;        // of -P
    std::uint32_t number = 0;  // of a rule, from 1; 0: none given
    std::optional<rules::Counters> counters;

    // The rule, once for each pair of the addresses that were listed; none where the action takes no rule.
    std::vector<rules::RuleDraft> rules;

    bool numeric = false, exact = false, line_numbers = false;
    int verbose = 0;
    std::optional<unsigned> wait;  // seconds to wait for the lock; 0: as long as it takes; none: not at all
    bool other_family = false;     // -4 or -6 says that the line isn't for this family
    bool version = false;
    bool help = false;
    std::vector<const rules::Declaration*> help_on;  // the extensions loaded before `-h`
};

}  // namespace gatehouse::iptables

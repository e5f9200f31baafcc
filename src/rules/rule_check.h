// Whether a rule may stand in a table's chain, as far as the rule alone can tell.
#pragma once
#include <optional>

#include "rules/tables.h"

namespace gatehouse::rules {

// Completes the rule's extensions. The error is without a place. Which hooks the chain is reached from is no
// matter here (see misplaced()).
std::optional<Error> check_rule(RuleDraft& rule, const LiveTable& table, const Chain& chain);

// What is wrong with a rule in a chain that is reached from these hooks; nullopt: nothing.
std::optional<Error> misplaced(const Body& body, const Chain& chain, HookSet reached_from);

}  // namespace gatehouse::rules

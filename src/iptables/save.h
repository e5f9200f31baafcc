// Tables and rules as iptables-save writes them.
#pragma once
#include <string>

#include "rules/draft.h"
#include "rules/tables.h"

namespace gatehouse::iptables {

// "-A FORWARD -s 10.0.0.0/8 -p tcp -m tcp --dport 80 -j ACCEPT"
// with `-c packets bytes` before the target if `counters`.
std::string save_rule(const rules::RuleDraft& rule, std::string_view chain, bool counters = false);

// The text of iptables-save without comment lines; tables in the given order, the built-in chains of each in
// hook order, then the others by name. With the counters of rules if `counters`.
std::string save(const rules::Draft& draft, bool counters);
// The same of an engine's tables, with what they have counted.
std::string save(const rules::Tables& tables, bool counters);

}  // namespace gatehouse::iptables

// Tables and rules as iptables-save writes them.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "rules/tables.h"

namespace gatehouse::iptables {

enum class Show : std::uint8_t { rule, counters };

// Appends "-A FORWARD -s 10.0.0.0/8 -p tcp -m tcp --dport 80 -j ACCEPT", with `-c packets bytes` before the
// target if counters are to be shown.
void save_rule(std::string& out, const rules::LiveTable& table, std::string_view chain,
               const rules::RuleNode& node, Show show = Show::rule);

// The text of iptables-save without comment lines; tables in the order in which they came, the base chains of
// each in hook order, then the others by name. With the counters of rules if `counters`.
std::string save(const rules::Tables& tables, bool counters);
// The same piece by piece, so that it needn't be in memory as a whole.
void save(const rules::Tables& tables, bool counters, const std::function<void(std::string_view)>& write);

}  // namespace gatehouse::iptables

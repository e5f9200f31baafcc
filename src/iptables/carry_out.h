// Carries out commands on a ruleset's tables, as iptables does on a kernel's.
#pragma once
#include <string_view>
#include <vector>

#include "base/error.h"
#include "iptables/command.h"
#include "rules/change.h"

namespace gatehouse::iptables {

// Any action but list and list_rules, on a table that is there. The errors' words are iptables'. A command
// that fails may have been carried out in part (a list of addresses); the caller then drops the change.
Result<void> carry_out(Command& command, rules::Change& change);

// The table, made empty if it isn't there yet.
void make_table(const rules::TableInfo& info, rules::Change& change);

// The table's chains as they are shown: the base chains in hook order, then the others by name.
std::vector<const rules::Chain*> in_order(const rules::LiveTable& table);

}  // namespace gatehouse::iptables

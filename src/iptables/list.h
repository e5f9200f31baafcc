// Chains as `iptables -L` and `iptables -S` show them.
#pragma once
#include <cstddef>
#include <optional>
#include <string>

#include "rules/ruleset.h"

namespace gatehouse::iptables {

struct ListOptions {
    bool verbose = false, numeric = false, exact = false, line_numbers = false;
    std::string chain;                  // empty: all
    std::optional<std::size_t> rule{};  // its number, from 1
};

// `-L` of a table that is there: columns as iptables-legacy prints them. Chains in save's order.
std::string list_table(const rules::Ruleset& ruleset, std::string_view table, const ListOptions& options);
// `-S`: the commands that would make the chains.
std::string list_commands(const rules::LiveTable& table, const ListOptions& options);

// One rule as `-v` tells it when it is added or deleted.
std::string describe_rule(const rules::RuleDraft& rule);

}  // namespace gatehouse::iptables

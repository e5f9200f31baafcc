// Rules as somebody wrote them, before they are known to be right; validate() (rules/ruleset.h) makes a
// Ruleset of them.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "rules/body.h"

namespace gatehouse::rules {

enum class Policy : std::uint8_t { accept, drop };

// Where a base chain stands: its row in the order table.
struct Base {
    Hook hook{};
    std::int32_t priority = 0;
    friend bool operator==(const Base&, const Base&) = default;
};

struct ChainDraft {
    std::string name;
    std::optional<Policy> policy;  // base chains only
    std::optional<Base> base;      // needn't be given for iptables' own chains
    Counters counters{};
    std::vector<RuleDraft> rules;
    Place place{};
};

struct TableDraft {
    std::string name;
    std::vector<ChainDraft> chains;  // the built-in ones first, in hook order
    Place place{};
};

struct Draft {
    Family family = Family::ipv4;
    std::vector<TableDraft> tables;
};

// The tables that iptables knows: which hooks each is at, and with which priority.
struct TableInfo {
    std::string_view name;
    Table table;
    HookSet hooks;
    std::array<std::int32_t, hook_count> priority;
};
// Sorted as they are shown; nullptr if there is no such table. `notrack` means raw.
std::span<const TableInfo> all_tables();
const TableInfo* find_table(std::string_view name);

// The built-in chains of a table, with ACCEPT as policy and no rules.
TableDraft empty_table(const TableInfo& info);

}  // namespace gatehouse::rules

// Rules as somebody wrote them, and the Ruleset that validate() makes of them once they are known to be
// right.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "rules/body.h"

namespace gatehouse::rules {

enum class Policy : std::uint8_t { accept, drop };

struct ChainDraft {
    std::string name;
    std::optional<Policy> policy;  // built-in chains only
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

struct ChainBlueprint {
    std::string name;
    std::optional<Hook> hook;  // built-in chains
    Policy policy = Policy::accept;
    Counters counters{};
    std::vector<BodyPtr> rules;
    std::vector<ChainId> jumps;  // where its rules may go, each once
};

struct TableBlueprint {
    const TableInfo* info = nullptr;
    std::vector<ChainBlueprint> chains;
    std::uint32_t depth = 0;  // the deepest nesting of jumps from a built-in chain
};

// Known to be right: made by validate() alone.
class Ruleset {
  public:
    Family family() const { return family_; }
    const std::vector<TableBlueprint>& tables() const { return tables_; }
    // What Linux accepts and a person should know: a loop that no built-in chain reaches.
    const std::vector<Error>& warnings() const { return warnings_; }

  private:
    friend Result<Ruleset> validate(Draft draft);
    Ruleset() = default;
    Family family_ = Family::ipv4;
    std::vector<TableBlueprint> tables_;
    std::vector<Error> warnings_;
};

// Refuses, with file, line and column: unknown or doubled tables and chains, targets that name no chain,
// loops that a built-in chain can reach (with their path), extensions where their tables, hooks or families
// don't allow them.
Result<Ruleset> validate(Draft draft);

}  // namespace gatehouse::rules

// A family's rules as their keeper has them: known to be right, changed by Change alone, and what engines'
// tables are made from.
//
// One thread's, or guarded by its owner. Rules' bodies are shared with the engines; nothing else is.
#pragma once
#include <memory>
#include <vector>

#include "rules/jumps.h"
#include "rules/tables.h"
#include "rules/transaction.h"

namespace gatehouse::rules {

class Ruleset {
  public:
    explicit Ruleset(Family family) : tables_(family) {}

    Family family() const { return tables_.family(); }
    // Rules in it have the handles that they have in every engine. Counters are those that were written.
    const Tables& tables() const { return tables_; }
    Generation generation() const { return generation_; }
    // What Linux accepts and a person should know: a loop that no base chain reaches.
    const std::vector<Error>& warnings() const { return warnings_; }

    // Whether some rule needs connections to be tracked, be it in a chain that nobody reaches.
    bool needs_tracking() const;
    bool needs_helpers() const;
    bool joins_families() const;
    // Or needs datagrams to be put together.
    bool needs_datagrams() const;
    // How many rules go to the chain; 0 if there is no such chain.
    std::size_t references(std::string_view table, std::string_view chain) const;
    // nullptr: no such chain. Good until the ruleset changes.
    const Chain* chain(std::string_view table, std::string_view chain) const;

    // Puts an engine's tables of this family into this state, whatever they were. Refused, with every rule
    // named, when rules need what engines haven't got (connection tracking).
    Result<Transaction> whole(std::shared_ptr<const Interfaces> interfaces) const;

  private:
    friend class Change;
    std::optional<std::uint32_t> slot(std::string_view table) const;

    Tables tables_;
    std::vector<Jumps> jumps_;  // by the number of the table
    Generation generation_ = next_generation();
    RuleHandle next_handle_ = 1;
    std::vector<Error> warnings_;
    std::shared_ptr<NamedStates> named_ = std::make_shared<NamedStates>();
};

// Refuses, with file, line and column: unknown or doubled tables and chains, targets that name no chain,
// loops that a base chain can reach (with their path), extensions where their tables, hooks or families don't
// allow them. Takes the draft apart as it goes, so that rules aren't in memory twice.
Result<Ruleset> validate(Draft draft);

}  // namespace gatehouse::rules

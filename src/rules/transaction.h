// A change of one engine's tables, made ready off the engine: nodes, packed selectors and indexes are there,
// and carrying it out is a few splices and swaps. Change (rules/change.h) and Ruleset make transactions.
//
// Any thread's until it is given to an engine; afterwards it holds what was replaced, and is freed by
// whoever takes it back.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rules/edit.h"

namespace gatehouse::rules {

class Transaction {
  public:
    Family family() const { return family_; }
    // What the tables must be when it is carried out; nullopt: anything (it replaces every table).
    std::optional<Generation> from() const { return from_; }
    Generation to() const { return to_; }
    // Those whose numbers the packed selectors hold.
    const std::shared_ptr<const Interfaces>& interfaces() const { return interfaces_; }
    // Base chains come or go, so that the order table changes.
    bool moves_base_chains() const { return moves_base_chains_; }
    // Of the tables as they then are, some rule needs connections to be tracked.
    bool needs_tracking() const { return needs_tracking_; }
    // Or gives connections helpers.
    bool needs_helpers() const { return needs_helpers_; }
    // Or makes their packets ones of the other family.
    bool joins_families() const { return joins_families_; }
    // Or needs datagrams to be put together.
    bool needs_datagrams() const { return needs_datagrams_; }
    // The timeout policies that rules it brings name.
    const std::vector<std::string>& timeout_policies() const { return timeout_policies_; }
    bool spent() const { return spent_; }

  private:
    friend class Tables;
    friend class Preparation;
    Transaction(Family family, std::optional<Generation> from, Generation to,
                std::shared_ptr<const Interfaces> interfaces)
        : family_(family), from_(from), to_(to), interfaces_(std::move(interfaces)) {}
    void swap_with(edit::TableSlots& tables);

    Family family_;
    std::optional<Generation> from_;
    Generation to_;
    std::shared_ptr<const Interfaces> interfaces_;
    bool moves_base_chains_ = false, needs_tracking_ = false, needs_helpers_ = false;
    bool joins_families_ = false, needs_datagrams_ = false, spent_ = false;
    std::vector<std::string> timeout_policies_;
    std::vector<Edit> edits_;
    edit::TableSlots whole_;  // every table, when `from` is nothing
};

}  // namespace gatehouse::rules

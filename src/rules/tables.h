// A family's tables: as an engine runs them, and as their keeper has them (rules/ruleset.h).
//
// One thread's. An engine's are changed between packets, by a Transaction alone; tables, chains and rules
// keep their addresses while others change.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <ranges>
#include <string>
#include <vector>

#include "rules/draft.h"
#include "rules/spine.h"

namespace gatehouse::rules {

class Transaction;

struct Chain {
    std::string name;
    std::optional<Base> base;  // of a base chain
    Policy policy = Policy::accept;
    Counters counters{};
    Spine spine;
};

struct LiveTable {
    std::string name;
    TableSet kind = table_other;
    std::vector<std::unique_ptr<Chain>> chains;  // by ChainId; null: an id that is free

    // A caller's place in the walk.
    struct Frame {
        const Chain* chain;
        Spine::Cursor cursor;
    };
    // Ready for the deepest nesting: without loops no deeper than there are chains.
    std::vector<Frame> stack;

    Chain* at(ChainId id) { return index(id) < chains.size() ? chains[index(id)].get() : nullptr; }
    const Chain* at(ChainId id) const {
        return index(id) < chains.size() ? chains[index(id)].get() : nullptr;
    }
    // The name of the chain that the rule goes to; empty if it goes to none.
    std::string_view goes_to(const Body& body) const {
        return body.chain() == ChainId::none ? std::string_view{} : chains[index(body.chain())]->name;
    }
    // Every chain, in the order of the ids.
    auto each() const {
        return chains | std::views::filter([](const auto& p) { return p != nullptr; }) |
               std::views::transform([](const auto& p) -> Chain& { return *p; });
    }
};

// State of the tables, unlike that of any other ruleset or time.
enum class Generation : std::uint64_t { none = 0 };
Generation next_generation();

class Tables {
  public:
    explicit Tables(Family family) : family_(family) {}

    Family family() const { return family_; }
    Generation generation() const { return generation_; }

    // Every table, in the order in which they came.
    auto all() const {
        return tables_ | std::views::filter([](const auto& p) { return p != nullptr; }) |
               std::views::transform([](const auto& p) -> LiveTable& { return *p; });
    }
    // nullptr: no such table.
    LiveTable* find(std::string_view table) const;

    // The rule's number in its chain, from 1; nullopt when it is gone.
    std::optional<std::size_t> number(const Decision& decision) const;

    // Carries the transaction out, all of it or, with the error, nothing. What was replaced or taken out is
    // in the transaction afterwards, so that its owner frees it where time doesn't matter.
    Result<void> apply(Transaction& transaction);

    // Interfaces have other names or numbers: selectors are packed anew.
    void repack(const Interfaces& interfaces);

    // By number, as transactions name them. null: a number that is free.
    std::vector<std::unique_ptr<LiveTable>>& slots() { return tables_; }
    const std::vector<std::unique_ptr<LiveTable>>& slots() const { return tables_; }

  private:
    Family family_;
    Generation generation_ = Generation::none;
    std::vector<std::unique_ptr<LiveTable>> tables_;
};

// Sends the packet through a base chain of `table`. Context::decision and Context::finding say who decided
// and why.
Verdict evaluate(LiveTable& table, ChainId base, Context& context);

}  // namespace gatehouse::rules

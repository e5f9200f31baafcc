// The tables of one family in one engine, and the walk of a packet through a chain.
//
// One thread's: the engine's. Changed between packets only.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rules/draft.h"
#include "rules/spine.h"

namespace gatehouse::rules {

struct Chain {
    std::string name;
    std::optional<Hook> hook;
    Policy policy = Policy::accept;
    Counters counters{};
    Spine spine;
};

struct LiveTable {
    const TableInfo* info = nullptr;
    std::vector<Chain> chains;  // by ChainId

    // A caller's place in the walk.
    struct Frame {
        ChainId chain;
        Spine::Cursor cursor;
    };
    std::vector<Frame> stack;  // as deep as the ruleset nests; made ready when it is installed
};

class Tables {
  public:
    explicit Tables(Family family) : family_(family) {}

    // Replaces every table. Counters are as the ruleset has them.
    void install(const Ruleset& ruleset, const Interfaces& interfaces);

    // Interfaces have other names or numbers: selectors are packed anew.
    void repack(const Interfaces& interfaces);

    Family family() const { return family_; }
    std::vector<LiveTable>& all() { return tables_; }
    const std::vector<LiveTable>& all() const { return tables_; }
    LiveTable* find(std::string_view table);

    // The rule's number in its chain, from 1.
    std::optional<std::size_t> number(const Decision& decision) const;

  private:
    Family family_;
    std::vector<LiveTable> tables_;
    RuleHandle next_handle_ = 1;
};

// Sends the packet through a built-in chain of `table`. Context::decision and Context::finding say who
// decided and why.
Verdict evaluate(LiveTable& table, ChainId base, Context& context);

}  // namespace gatehouse::rules

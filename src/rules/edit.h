// Single changes of tables, made ready beforehand: carrying one out is a splice or a swap.
//
// Each takes effect by exchange: once applied, an edit holds what was there before. So undoing is the same
// exchange again, and nothing is freed where the edit is carried out. They must fit the tables (chains and
// positions are there): that is for the maker to know.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "rules/tables.h"

namespace gatehouse::rules {

// A chain: the number of its table, and its id there.
struct ChainPlace {
    std::uint32_t table = 0;
    ChainId chain = ChainId::none;
    friend auto operator<=>(const ChainPlace&, const ChainPlace&) = default;
};

namespace edit {

using TableSlots = std::vector<std::unique_ptr<LiveTable>>;

// A rule on its way in: what is told of it, and its node while it isn't in a spine.
struct Fresh {
    BodyPtr body;
    RuleHandle handle = 0;
    Packed packed{};
    Spine::Loose node{};
};

struct Insert {
    ChainPlace at;
    std::size_t position = 0;
    Fresh rule;
};
struct Erase {
    ChainPlace at;
    std::size_t position = 0;
    Spine::Loose node{};  // once it is out
};
struct Replace {
    ChainPlace at;
    std::size_t position = 0;
    Fresh rule;  // its node is the other one's once it is in
};
// All rules of a chain.
struct PutRules {
    ChainPlace at;
    Spine spine;
};
struct Rename {
    ChainPlace at;
    std::string name;
};
struct SetPolicy {
    ChainPlace at;
    Policy policy{};
    Counters counters{};
};
// The counters of one rule, or of all rules of a chain. Costs what it sets.
struct SetCounters {
    ChainPlace at;
    std::optional<std::size_t> position;
    std::vector<Counters> counters;
};
// A whole chain; null takes the one away that is there.
struct PutChain {
    ChainPlace at;
    std::unique_ptr<Chain> chain;
};
// A whole table; null takes the one away that is there.
struct PutTable {
    std::uint32_t table = 0;
    std::unique_ptr<LiveTable> fresh;
};
// Room for callers' places in walks, made when chains become more.
struct PutStack {
    std::uint32_t table = 0;
    std::vector<LiveTable::Frame> stack;
};

}  // namespace edit

using Edit = std::variant<edit::Insert, edit::Erase, edit::Replace, edit::PutRules, edit::Rename,
                          edit::SetPolicy, edit::SetCounters, edit::PutChain, edit::PutTable, edit::PutStack>;

// The walk of a chain whose rules were edited needs Spine::settle() afterwards.
void apply(edit::TableSlots& tables, Edit& edit);
// For a keeper's tables, whose rules aren't packed.
void revert(edit::TableSlots& tables, Edit& edit);

}  // namespace gatehouse::rules

// Edits of a ruleset, each checked for what it changes, all or nothing; and the transactions that carry them
// to engines.
//
//     Change change(ruleset);
//     change.insert("filter", "FORWARD", by_number(3), std::move(rule));
//     auto transaction = change.prepare(interfaces);    once for each engine
//     engine.apply(*transaction);                       on the engine's thread
//     change.keep();
//
// The ruleset shows the edits at once, so that later ones see them. A Change that ends without keep() undoes
// them. One Change at a time for a ruleset; its owner's thread. An edit that is refused has changed nothing,
// and those before it stand; but once one of many rules (put_table, a new chain with rules) is refused, so
// is the whole change.
#pragma once
#include <map>
#include <set>

#include "rules/edit.h"
#include "rules/ruleset.h"

namespace gatehouse::rules {

// Which rule of a chain: by its number, from 1, or by its handle.
struct RuleRef {
    enum class By : std::uint8_t { number, handle };
    By by{};
    std::uint64_t value = 0;
};
constexpr RuleRef by_number(std::size_t number) { return {RuleRef::By::number, number}; }
constexpr RuleRef by_handle(RuleHandle handle) { return {RuleRef::By::handle, handle}; }

class Change {
  public:
    explicit Change(Ruleset& ruleset) : ruleset_(ruleset) {}
    ~Change();
    Change(const Change&) = delete;
    Change& operator=(const Change&) = delete;

    // Rules. The answer is the new rule's handle; its counters begin as the draft has them.
    Result<RuleHandle> append(std::string_view table, std::string_view chain, RuleDraft rule);
    // Before the one named; by the number behind the last: at the end.
    Result<RuleHandle> insert(std::string_view table, std::string_view chain, RuleRef before, RuleDraft rule);
    Result<RuleHandle> replace(std::string_view table, std::string_view chain, RuleRef which, RuleDraft rule);
    Result<void> erase(std::string_view table, std::string_view chain, RuleRef which);
    Result<void> flush(std::string_view table, std::string_view chain);
    // The number of the first rule that is the same as the draft, counters and origin apart.
    std::optional<std::size_t> find(std::string_view table, std::string_view chain,
                                    const RuleDraft& rule) const;

    // Chains. With a base, the draft makes a base chain; its rules are appended.
    Result<void> new_chain(std::string_view table, ChainDraft chain);
    // Where a chain stands in its file, for errors.
    void locate(std::string_view table, std::string_view chain, Place place);
    // Refused while rules go to it, or it has rules; base chains of iptables' tables stay.
    Result<void> delete_chain(std::string_view table, std::string_view chain);
    Result<void> rename_chain(std::string_view table, std::string_view from, std::string_view to);
    Result<void> set_policy(std::string_view table, std::string_view chain, Policy policy, Counters counters);
    // Counters of one rule, or of all rules of the chain and its own. Costs what it sets.
    Result<void> zero(std::string_view table, std::string_view chain, std::optional<RuleRef> which);

    // Tables. The draft's takes the place of one of that name, in one swap.
    Result<void> put_table(TableDraft table);
    // Leaves iptables' own chains, or none, with their policies and counters.
    Result<void> clear_table(std::string_view table);
    Result<void> delete_table(std::string_view table);

    // As it is with the edits so far.
    const Ruleset& ruleset() const { return ruleset_; }

    // What single edits can't tell: loops, and rules in chains that are reached from hooks where they can't
    // be. prepare() and keep() ask for it themselves.
    Result<void> check();

    // For one engine whose tables are as the ruleset was before this change. Refused, with every rule named,
    // when new rules need what engines haven't got.
    Result<Transaction> prepare(std::shared_ptr<const Interfaces> interfaces);
    // The edits stay, and the ruleset has the generation that engines' tables get by the transaction.
    Result<void> keep();

  private:
    friend class Preparation;
    struct Site {
        ChainPlace place;
        LiveTable* table;
        Chain* chain;
    };
    Result<Site> site(std::string_view table, std::string_view chain) const;
    Result<std::uint32_t> slot(std::string_view table) const;
    Jumps& jumps(std::uint32_t slot) const { return ruleset_.jumps_[slot]; }
    LiveTable& table(std::uint32_t slot) const { return *ruleset_.tables_.slots()[slot]; }
    std::unexpected<Error> no_chain(std::string_view table, std::string_view chain) const;
    Result<std::size_t> position(const Site& site, RuleRef which, std::string_view purpose) const;
    Result<edit::Fresh> make_rule(const Site& site, RuleDraft rule);
    Result<RuleHandle> insert_at(const Site& site, std::size_t position, RuleDraft rule);
    Result<void> add_chain(std::uint32_t slot, ChainDraft& draft);
    Result<void> append_all(std::string_view table, ChainDraft& chain);
    std::unexpected<Error> spoil(Error error);
    std::unique_ptr<LiveTable> empty(std::string_view name) const;
    Error describe_loop(std::uint32_t slot, const Jumps::Path& loop, bool reached) const;
    Error describe_misplaced(std::uint32_t slot, ChainId chain) const;

    void perform(Edit edit);
    void undo(Edit& edit);
    // What the edit's place holds goes from the index of names and jumps, or comes into it.
    void leave(const Edit& edit, bool forward);
    void enter(const Edit& edit, bool forward);
    void settle();

    Ruleset& ruleset_;
    Generation to_ = next_generation();
    std::vector<Edit> done_;
    // Tables and chains whose content is new altogether: edits of them needn't be remembered one by one.
    std::set<std::uint32_t> whole_tables_;
    std::set<ChainPlace> whole_chains_;
    std::set<std::uint32_t> touched_;
    Chain* unsettled_ = nullptr;
    bool checked_ = true, kept_ = false;
    std::optional<Error> spoilt_;
};

}  // namespace gatehouse::rules

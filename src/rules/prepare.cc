// Transactions from rulesets: nodes, packed selectors and indexes for one engine.
#include <fmt/format.h>

#include "rules/change.h"

namespace gatehouse::rules {

class Preparation {
  public:
    static Result<Transaction> whole(const Ruleset& ruleset, std::shared_ptr<const Interfaces> interfaces);
    static Result<Transaction> of(const Change& change, std::shared_ptr<const Interfaces> interfaces);

  private:
    enum class Kind : std::uint8_t { chain, rules, name, policy };

    explicit Preparation(Transaction transaction) : transaction_(std::move(transaction)) {}
    std::unique_ptr<LiveTable> copy(const LiveTable& table);
    std::unique_ptr<Chain> copy(const LiveTable& table, const Chain& chain);
    Spine rules_of(const LiveTable& table, const Chain& chain);
    edit::Fresh copy(const edit::Fresh& fresh) const;
    void look(const LiveTable& table, const Chain& chain, std::size_t position, const Body& body);
    Result<Transaction> finish(const Ruleset& ruleset) &&;

    const edit::TableSlots& slots() const { return change_->ruleset().tables().slots(); }
    const Chain& chain_at(ChainPlace at) const { return *slots()[at.table]->at(at.chain); }
    void push(auto edit) { transaction_.edits_.push_back(std::move(edit)); }
    void add_tables();
    void add(const Edit& edit);
    void add(const edit::PutChain& e);
    void add(const edit::PutRules& e);
    void add(const edit::Rename& e);
    void add(const edit::SetPolicy& e);
    void add(const edit::Insert& e);
    void add(const edit::Replace& e);
    void add(const edit::Erase& e);
    void add(const edit::SetCounters& e);

    Transaction transaction_;
    Error needy_;  // every rule that needs what engines haven't got
    const Change* change_ = nullptr;
    std::set<ChainPlace> put_chains_, put_rules_;  // by the change
    std::set<std::pair<ChainPlace, Kind>> told_;   // what has its edit
};

void Preparation::look(const LiveTable& table, const Chain& chain, std::size_t position, const Body& body) {
    if (const auto& target = body.draft().target.extension) {
        if (const auto policy = target->timeout_policy(); !policy.empty())
            transaction_.timeout_policies_.emplace_back(policy);
    }
    const Extension* const needy = body.needy();
    if (needy == nullptr) return;
    if (needy_.what.empty()) {
        if (body.draft().origin.line != 0) needy_.place = body.draft().origin.place();
    } else {
        needy_.what += "\n";
    }
    const auto what = is_there(needy->need())
                          ? fmt::format("`{}`, which can't act yet", needy->declaration().name)
                          : fmt::format("{} (`{}`), which isn't there yet", words(needy->need()),
                                        needy->declaration().name);
    needy_.what +=
        fmt::format("table {}, chain {}: rule {} needs {}", table.name, chain.name, position + 1, what);
}

Spine Preparation::rules_of(const LiveTable& table, const Chain& chain) {
    Spine spine;
    chain.spine.for_each([&](const RuleNode& node) {
        look(table, chain, spine.size(), *node.body);
        spine.insert(spine.size(),
                     RuleNode{.body = node.body, .counters = node.counters, .handle = node.handle},
                     pack(node.body->draft(), *transaction_.interfaces()));
    });
    spine.settle();
    return spine;
}

std::unique_ptr<Chain> Preparation::copy(const LiveTable& table, const Chain& chain) {
    return std::make_unique<Chain>(Chain{.name = chain.name,
                                         .base = chain.base,
                                         .policy = chain.policy,
                                         .counters = chain.counters,
                                         .spine = rules_of(table, chain)});
}

std::unique_ptr<LiveTable> Preparation::copy(const LiveTable& table) {
    auto fresh = std::make_unique<LiveTable>();
    fresh->name = table.name;
    fresh->kind = table.kind;
    for (const auto& chain : table.chains)
        fresh->chains.push_back(chain == nullptr ? nullptr : copy(table, *chain));
    fresh->stack.reserve(fresh->chains.size());
    return fresh;
}

edit::Fresh Preparation::copy(const edit::Fresh& fresh) const {
    return {.body = fresh.body,
            .handle = fresh.handle,
            .packed = pack(fresh.body->draft(), *transaction_.interfaces()),
            .node = Spine::make(
                {.body = fresh.body, .counters = fresh.body->draft().counters, .handle = fresh.handle})};
}

Result<Transaction> Preparation::finish(const Ruleset& ruleset) && {
    if (!needy_.what.empty()) return std::unexpected(std::move(needy_));
    transaction_.needs_tracking_ = ruleset.needs_tracking();
    transaction_.needs_helpers_ = ruleset.needs_helpers();
    transaction_.joins_families_ = ruleset.joins_families();
    transaction_.needs_datagrams_ = ruleset.needs_datagrams();
    return std::move(transaction_);
}

Result<Transaction> Preparation::whole(const Ruleset& ruleset, std::shared_ptr<const Interfaces> interfaces) {
    Preparation preparation(Transaction(ruleset.family(), {}, ruleset.generation(), std::move(interfaces)));
    for (const auto& table : ruleset.tables().slots())
        preparation.transaction_.whole_.push_back(table == nullptr ? nullptr : preparation.copy(*table));
    preparation.transaction_.moves_base_chains_ = true;
    return std::move(preparation).finish(ruleset);
}

// Tables that are new altogether, as they now are.
void Preparation::add_tables() {
    for (const std::uint32_t at : change_->whole_tables_) {
        const auto& table = slots()[at];
        transaction_.moves_base_chains_ = true;
        push(edit::PutTable{.table = at, .fresh = table == nullptr ? nullptr : copy(*table)});
    }
}

// A chain that was put, or whose rules were, goes as it now is, once; so do names and policies. Single rules
// of other chains go edit by edit.
void Preparation::add(const Edit& edit) {
    const auto visit = [&]<class E>(const E& e) {
        if constexpr (requires { e.at; }) {
            if (change_->whole_tables_.contains(e.at.table)) return;
            if (std::same_as<E, edit::PutChain> || !put_chains_.contains(e.at)) add(e);
        }
    };
    std::visit(visit, edit);
}

void Preparation::add(const edit::PutChain& e) {
    const LiveTable& table = *slots()[e.at.table];
    const Chain* const chain = table.at(e.at.chain);
    transaction_.moves_base_chains_ |=
        (chain != nullptr && chain->base.has_value()) || (e.chain != nullptr && e.chain->base.has_value());
    if (!told_.insert({e.at, Kind::chain}).second) return;
    push(edit::PutChain{.at = e.at, .chain = chain == nullptr ? nullptr : copy(table, *chain)});
    edit::PutStack stack{.table = e.at.table, .stack = {}};
    stack.stack.reserve(table.chains.size());
    push(std::move(stack));
}

void Preparation::add(const edit::PutRules& e) {
    if (!told_.insert({e.at, Kind::rules}).second) return;
    push(edit::PutRules{.at = e.at, .spine = rules_of(*slots()[e.at.table], chain_at(e.at))});
}

void Preparation::add(const edit::Rename& e) {
    if (told_.insert({e.at, Kind::name}).second) push(edit::Rename{.at = e.at, .name = chain_at(e.at).name});
}

void Preparation::add(const edit::SetPolicy& e) {
    if (!told_.insert({e.at, Kind::policy}).second) return;
    const Chain& chain = chain_at(e.at);
    push(edit::SetPolicy{.at = e.at, .policy = chain.policy, .counters = chain.counters});
}

void Preparation::add(const edit::Insert& e) {
    if (put_rules_.contains(e.at)) return;
    look(*slots()[e.at.table], chain_at(e.at), e.position, *e.rule.body);
    push(edit::Insert{.at = e.at, .position = e.position, .rule = copy(e.rule)});
}

void Preparation::add(const edit::Replace& e) {
    if (put_rules_.contains(e.at)) return;
    look(*slots()[e.at.table], chain_at(e.at), e.position, *e.rule.body);
    push(edit::Replace{.at = e.at, .position = e.position, .rule = copy(e.rule)});
}

void Preparation::add(const edit::Erase& e) {
    if (!put_rules_.contains(e.at)) push(edit::Erase{.at = e.at, .position = e.position});
}

void Preparation::add(const edit::SetCounters& e) {
    if (put_rules_.contains(e.at)) return;
    // Once done, it holds the counters from before; it sets zeros.
    push(edit::SetCounters{
        .at = e.at, .position = e.position, .counters = std::vector<Counters>(e.counters.size())});
}

Result<Transaction> Preparation::of(const Change& change, std::shared_ptr<const Interfaces> interfaces) {
    Preparation preparation(Transaction(change.ruleset().family(), change.ruleset().generation(), change.to_,
                                        std::move(interfaces)));
    preparation.change_ = &change;
    for (const Edit& edit : change.done_) {
        if (const auto* chain = std::get_if<edit::PutChain>(&edit)) preparation.put_chains_.insert(chain->at);
        if (const auto* rules = std::get_if<edit::PutRules>(&edit)) preparation.put_rules_.insert(rules->at);
    }
    preparation.add_tables();
    for (const Edit& edit : change.done_) preparation.add(edit);
    return std::move(preparation).finish(change.ruleset());
}

Result<Transaction> Ruleset::whole(std::shared_ptr<const Interfaces> interfaces) const {
    return Preparation::whole(*this, std::move(interfaces));
}

Result<Transaction> Change::prepare(std::shared_ptr<const Interfaces> interfaces) {
    if (auto fit = check(); !fit) return std::unexpected(std::move(fit).error());
    return Preparation::of(*this, std::move(interfaces));
}

}  // namespace gatehouse::rules

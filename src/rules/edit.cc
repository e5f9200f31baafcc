#include "rules/edit.h"

#include <utility>

namespace gatehouse::rules {

namespace {

using edit::TableSlots;

Chain& chain_at(TableSlots& tables, ChainPlace at) { return *tables[at.table]->at(at.chain); }

// Edits that are their own inverse.
void exchange(TableSlots& tables, edit::Replace& e) {
    e.rule.node = chain_at(tables, e.at).spine.replace(e.position, std::move(e.rule.node), e.rule.packed);
}
void exchange(TableSlots& tables, edit::PutRules& e) { std::swap(chain_at(tables, e.at).spine, e.spine); }
void exchange(TableSlots& tables, edit::Rename& e) { chain_at(tables, e.at).name.swap(e.name); }
void exchange(TableSlots& tables, edit::SetPolicy& e) {
    Chain& chain = chain_at(tables, e.at);
    std::swap(chain.policy, e.policy);
    std::swap(chain.counters, e.counters);
}
void exchange(TableSlots& tables, edit::SetCounters& e) {
    Chain& chain = chain_at(tables, e.at);
    if (e.position) return std::swap(chain.spine.at(*e.position).counters, e.counters[0]);
    auto counters = e.counters.begin();
    chain.spine.for_each([&](RuleNode& node) { std::swap(node.counters, *counters++); });
}
void exchange(TableSlots& tables, edit::PutChain& e) {
    auto& chains = tables[e.at.table]->chains;
    if (chains.size() <= index(e.at.chain)) chains.resize(index(e.at.chain) + 1);
    chains[index(e.at.chain)].swap(e.chain);
}
void exchange(TableSlots& tables, edit::PutTable& e) {
    if (tables.size() <= e.table) tables.resize(e.table + 1);
    tables[e.table].swap(e.fresh);
}
void exchange(TableSlots& tables, edit::PutStack& e) { tables[e.table]->stack.swap(e.stack); }

struct Forward {
    TableSlots& tables;
    void operator()(edit::Insert& e) const {
        chain_at(tables, e.at).spine.insert(e.position, std::move(e.rule.node), e.rule.packed);
    }
    void operator()(edit::Erase& e) const { e.node = chain_at(tables, e.at).spine.remove(e.position); }
    void operator()(auto& e) const { exchange(tables, e); }
};

struct Backward {
    TableSlots& tables;
    void operator()(edit::Insert& e) const { e.rule.node = chain_at(tables, e.at).spine.remove(e.position); }
    void operator()(edit::Erase& e) const {
        chain_at(tables, e.at).spine.insert(e.position, std::move(e.node), Packed{});
    }
    void operator()(auto& e) const { exchange(tables, e); }
};

}  // namespace

void apply(TableSlots& tables, Edit& edit) { std::visit(Forward{tables}, edit); }
void revert(TableSlots& tables, Edit& edit) { std::visit(Backward{tables}, edit); }

}  // namespace gatehouse::rules

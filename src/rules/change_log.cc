// What a change has done: the index of names and jumps follows each edit, and all is checked and undone from
// here.
#include <fmt/format.h>

#include "rules/change.h"
#include "rules/rule_check.h"

namespace gatehouse::rules {

namespace {

// Whom an edit concerns.
struct PlaceOf {
    ChainPlace operator()(const edit::PutTable& e) const { return {e.table, ChainId::none}; }
    ChainPlace operator()(const edit::PutStack& e) const { return {e.table, ChainId::none}; }
    ChainPlace operator()(const auto& e) const { return e.at; }
};

void add_rules(Jumps& jumps, ChainId id, const Chain& chain) {
    chain.spine.for_each([&](const RuleNode& node) { jumps.add_rule(id, *node.body); });
}
void drop_rules(Jumps& jumps, ChainId id, const Chain& chain) {
    chain.spine.for_each([&](const RuleNode& node) { jumps.drop_rule(id, *node.body); });
}
void add_chain(Jumps& jumps, ChainId id, const Chain& chain) {
    jumps.add_chain(id, chain.name, chain.base ? std::optional(chain.base->hook) : std::nullopt);
}

// An edit's place and what is there.
struct Spot {
    Jumps& jumps;
    LiveTable* table;
    bool forward;

    const Body& rule(const auto& e) const { return *table->at(e.at.chain)->spine.at(e.position).body; }
};

struct Leaving : Spot {
    void operator()(const edit::Insert& e) const {
        if (!forward) jumps.drop_rule(e.at.chain, *e.rule.body);
    }
    void operator()(const edit::Erase& e) const {
        if (forward) jumps.drop_rule(e.at.chain, rule(e));
    }
    void operator()(const edit::Replace& e) const { jumps.drop_rule(e.at.chain, rule(e)); }
    void operator()(const edit::PutRules& e) const { drop_rules(jumps, e.at.chain, *table->at(e.at.chain)); }
    void operator()(const edit::PutChain& e) const {
        const Chain* const chain = table->at(e.at.chain);
        if (chain == nullptr) return;
        drop_rules(jumps, e.at.chain, *chain);
        jumps.drop_chain(e.at.chain, chain->name);
    }
    void operator()(const edit::PutTable&) const { jumps = {}; }
    void operator()(const auto&) const {}
};

struct Entering : Spot {
    void operator()(const edit::Insert& e) const {
        if (forward) jumps.add_rule(e.at.chain, *e.rule.body);
    }
    void operator()(const edit::Erase& e) const {
        if (!forward) jumps.add_rule(e.at.chain, rule(e));
    }
    void operator()(const edit::Replace& e) const { jumps.add_rule(e.at.chain, rule(e)); }
    void operator()(const edit::PutRules& e) const { add_rules(jumps, e.at.chain, *table->at(e.at.chain)); }
    void operator()(const edit::Rename& e) const { jumps.rename(e.name, table->at(e.at.chain)->name); }
    void operator()(const edit::PutChain& e) const {
        const Chain* const chain = table->at(e.at.chain);
        if (chain == nullptr) return;
        add_chain(jumps, e.at.chain, *chain);
        add_rules(jumps, e.at.chain, *chain);
    }
    void operator()(const edit::PutTable&) const {
        if (table == nullptr) return;
        for (std::size_t i = 0; i < table->chains.size(); ++i) {
            if (table->chains[i] != nullptr) add_chain(jumps, static_cast<ChainId>(i), *table->chains[i]);
        }
        for (std::size_t i = 0; i < table->chains.size(); ++i) {
            if (table->chains[i] != nullptr) add_rules(jumps, static_cast<ChainId>(i), *table->chains[i]);
        }
    }
    void operator()(const auto&) const {}
};

}  // namespace

void Change::leave(const Edit& edit, bool forward) {
    auto& slots = ruleset_.tables_.slots();
    const std::uint32_t at = std::visit(PlaceOf{}, edit).table;
    if (ruleset_.jumps_.size() <= at) ruleset_.jumps_.resize(at + 1);
    LiveTable* const table = at < slots.size() ? slots[at].get() : nullptr;
    std::visit(Leaving{{jumps(at), table, forward}}, edit);
}

void Change::enter(const Edit& edit, bool forward) {
    const std::uint32_t at = std::visit(PlaceOf{}, edit).table;
    std::visit(Entering{{jumps(at), ruleset_.tables_.slots()[at].get(), forward}}, edit);
}

void Change::settle() {
    if (unsettled_ != nullptr) unsettled_->spine.settle();
    unsettled_ = nullptr;
}

void Change::perform(Edit edit) {
    const ChainPlace place = std::visit(PlaceOf{}, edit);
    const bool of_rule = std::holds_alternative<edit::Insert>(edit) ||
                         std::holds_alternative<edit::Erase>(edit) ||
                         std::holds_alternative<edit::Replace>(edit);
    auto& slots = ruleset_.tables_.slots();
    Chain* const chain = of_rule ? slots[place.table]->at(place.chain) : nullptr;
    if (unsettled_ != chain) settle();
    leave(edit, true);
    apply(slots, edit);
    enter(edit, true);
    unsettled_ = chain;
    checked_ = false;
    touched_.insert(place.table);
    if (whole_tables_.contains(place.table)) {
        // Only the state from before the change matters: it is remembered.
        return;
    }
    if (std::holds_alternative<edit::PutTable>(edit)) {
        whole_tables_.insert(place.table);
    } else if (std::holds_alternative<edit::PutChain>(edit) || std::holds_alternative<edit::PutRules>(edit)) {
        whole_chains_.insert(place);
    } else if (whole_chains_.contains(place) &&
               (of_rule || std::holds_alternative<edit::SetCounters>(edit))) {
        return;
    }
    done_.push_back(std::move(edit));
}

void Change::undo(Edit& edit) {
    leave(edit, false);
    revert(ruleset_.tables_.slots(), edit);
    enter(edit, false);
}

Change::~Change() {
    settle();
    if (kept_) return;
    for (auto edit = done_.rbegin(); edit != done_.rend(); ++edit) undo(*edit);
    for (const std::uint32_t at : touched_) {
        if (auto& table = ruleset_.tables_.slots()[at]) {
            for (auto& chain : table->each()) chain.spine.settle();
        }
        (void)jumps(at).update();
    }
}

Error Change::describe_loop(std::uint32_t at, const Jumps::Path& loop, bool reached) const {
    const LiveTable& where = table(at);
    std::string path;
    for (const ChainId id : loop) path += (path.empty() ? "" : " -> ") + where.at(id)->name;
    if (!reached) {
        return {
            .what = fmt::format("table `{}`: a loop that no built-in chain reaches: {}", where.name, path),
            .place = jumps(at).place(loop[0])};
    }
    const HookSet hooks = jumps(at).reached_from(loop[0]);
    for (const auto& chain : where.each()) {
        if (!chain.base || (bit(chain.base->hook) & hooks) == 0) continue;
        return {
            .what = fmt::format("table `{}`: chain `{}` leads into a loop: {}", where.name, chain.name, path),
            .place = jumps(at).place(jumps(at).find(chain.name))};
    }
    return {.what = fmt::format("table `{}`: a loop: {}", where.name, path)};
}

Error Change::describe_misplaced(std::uint32_t at, ChainId id) const {
    const Chain& chain = *table(at).at(id);
    std::optional<Error> error;
    chain.spine.for_each([&](const RuleNode& node) {
        if (error) return;
        error = misplaced(*node.body, chain, jumps(at).reached_from(id));
        if (error && node.body->draft().origin.line != 0) error->place = node.body->draft().origin.place();
    });
    return error.value_or(
        Error{.what = fmt::format("chain `{}` has a rule that can't be there", chain.name)});
}

Result<void> Change::check() {
    settle();
    if (spoilt_) return std::unexpected(*spoilt_);
    if (checked_) return {};
    ruleset_.warnings_.clear();
    for (const std::uint32_t at : touched_) {
        if (ruleset_.tables_.slots()[at] == nullptr) continue;
        const Jumps::Faults faults = jumps(at).update();
        if (faults.loop) return std::unexpected(describe_loop(at, *faults.loop, true));
        if (!faults.misplaced.empty()) return std::unexpected(describe_misplaced(at, faults.misplaced[0]));
        for (const auto& loop : faults.idle_loops)
            ruleset_.warnings_.push_back(describe_loop(at, loop, false));
    }
    checked_ = true;
    return {};
}

Result<void> Change::keep() {
    if (auto fit = check(); !fit) return fit;
    kept_ = true;
    ruleset_.generation_ = to_;
    return {};
}

}  // namespace gatehouse::rules

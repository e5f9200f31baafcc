#include "iptables/table_editor.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/text.h"
#include "iptables/rule_parser.h"

namespace gatehouse::iptables {

TableEditor::TableEditor(rules::TableDraft& table) : table_(table) { index(); }

void TableEditor::index() {
    places_.clear();
    for (std::size_t i = 0; i < table_.chains.size(); ++i) places_.emplace(table_.chains[i].name, i);
}

rules::ChainDraft* TableEditor::find(std::string_view name) {
    const auto found = places_.find(name);
    return found == places_.end() ? nullptr : &table_.chains[found->second];
}

std::unexpected<Error> TableEditor::no_such_chain(std::string_view name) const {
    std::vector<std::string_view> names;
    for (const auto& chain : table_.chains) names.push_back(chain.name);
    return fail(
        fmt::format("No chain/target/match by that name: table `{}` has no chain `{}`", table_.name, name),
        did_you_mean(name, names));
}

Result<void> TableEditor::new_chain(std::string_view name, const Place& place) {
    if (has_chain(name)) return fail(fmt::format("Chain already exists: `{}`", name));
    places_.emplace(name, table_.chains.size());
    table_.chains.push_back({.name = std::string(name), .policy = {}, .rules = {}, .place = place});
    return {};
}

void TableEditor::clear() {
    std::erase_if(table_.chains, [](const auto& chain) { return !chain.policy; });
    for (auto& chain : table_.chains) chain.rules.clear();
    index();
}

Result<void> TableEditor::apply(Command& command) {
    switch (command.action) {
        case Action::new_chain: return new_chain(command.chain, {});
        case Action::delete_chain: return delete_chains(command.chain);
        case Action::rename_chain: return rename_chain(command);
        case Action::set_policy: return set_policy(command);
        case Action::zero: return zero(command);
        case Action::flush:
            if (command.chain.empty()) {
                for (auto& chain : table_.chains) chain.rules.clear();
                return {};
            }
            break;
        default: break;
    }
    rules::ChainDraft* chain = find(command.chain);
    if (chain == nullptr) {
        if (command.action == Action::remove || command.action == Action::check)
            return fail("Bad rule (does a matching rule exist in that chain?).");
        return no_such_chain(command.chain);
    }
    switch (command.action) {
        case Action::append:
        case Action::insert:
        case Action::replace: return add_rules(command, *chain);
        case Action::remove: return remove_rules(command, *chain, false);
        case Action::check: return remove_rules(command, *chain, true);
        case Action::flush: chain->rules.clear(); return {};
        case Action::remove_number:
            if (command.number > chain->rules.size()) return fail("Index of deletion too big.");
            chain->rules.erase(chain->rules.begin() + (command.number - 1));
            return {};
        case Action::zero_number:
            if (command.number > chain->rules.size()) return fail("Index of counter too big.");
            chain->rules[command.number - 1].counters = {};
            return {};
        default: return fail("no command that changes a table");
    }
}

Result<void> TableEditor::add_rules(Command& command, rules::ChainDraft& chain) {
    auto& into = chain.rules;
    if (command.action == Action::replace) {
        if (command.number > into.size()) return fail("Index of replacement too big.");
        into[command.number - 1] = std::move(command.rules[0]);
        return {};
    }
    if (command.action == Action::insert && command.number > into.size() + 1)
        return fail("Index of insertion too big.");
    for (auto& rule : command.rules) {
        if (command.action == Action::append) {
            into.push_back(std::move(rule));
        } else {
            // Each goes before the one inserted last, as iptables has it.
            into.insert(into.begin() + (command.number - 1), std::move(rule));
        }
    }
    return {};
}

Result<void> TableEditor::remove_rules(const Command& command, rules::ChainDraft& chain, bool only_check) {
    for (const auto& rule : command.rules) {
        const auto found =
            std::ranges::find_if(chain.rules, [&](const auto& r) { return same_rule(r, rule); });
        if (found == chain.rules.end()) return fail("Bad rule (does a matching rule exist in that chain?).");
        if (!only_check) chain.rules.erase(found);
    }
    return {};
}

Result<void> TableEditor::delete_chains(std::string_view name) {
    const auto used = references(table_);
    const auto deletable = [&](const rules::ChainDraft& chain) -> Result<void> {
        if (chain.policy) return fail(fmt::format("Invalid argument: `{}` is a built-in chain", chain.name));
        if (used.contains(chain.name))
            return fail(fmt::format("Too many links: rules refer to `{}`", chain.name));
        if (!chain.rules.empty()) return fail(fmt::format("Directory not empty: `{}` has rules", chain.name));
        return {};
    };
    if (!name.empty()) {
        const auto* chain = find(name);
        if (chain == nullptr) return no_such_chain(name);
        if (auto can = deletable(*chain); !can) return can;
    }
    for (const auto& chain : table_.chains) {
        if (!name.empty() || chain.policy) continue;
        if (auto can = deletable(chain); !can) return can;
    }
    std::erase_if(table_.chains,
                  [&](const auto& c) { return !c.policy && (name.empty() || c.name == name); });
    index();
    return {};
}

Result<void> TableEditor::rename_chain(const Command& command) {
    rules::ChainDraft* chain = find(command.chain);
    if (chain == nullptr || chain->policy) return no_such_chain(command.chain);
    if (has_chain(command.new_name)) return fail(fmt::format("File exists: chain `{}`", command.new_name));
    chain->name = command.new_name;
    for (auto& each : table_.chains) {
        for (auto& rule : each.rules) {
            if (rule.target.chain == command.chain) rule.target.chain = command.new_name;
        }
    }
    index();
    return {};
}

Result<void> TableEditor::set_policy(const Command& command) {
    rules::ChainDraft* chain = find(command.chain);
    if (chain == nullptr || !chain->policy)
        return fail(fmt::format("Bad built-in chain name: table `{}` has no built-in chain `{}`", table_.name,
                                command.chain));
    if (command.policy != "ACCEPT" && command.policy != "DROP")
        return fail(fmt::format("Bad policy name: expected ACCEPT or DROP, got `{}`", command.policy));
    chain->policy = command.policy == "ACCEPT" ? rules::Policy::accept : rules::Policy::drop;
    chain->counters = command.counters.value_or(rules::Counters{});
    return {};
}

Result<void> TableEditor::zero(const Command& command) {
    if (!command.chain.empty() && !has_chain(command.chain)) return no_such_chain(command.chain);
    for (auto& chain : table_.chains) {
        if (!command.chain.empty() && chain.name != command.chain) continue;
        chain.counters = {};
        for (auto& rule : chain.rules) rule.counters = {};
    }
    return {};
}

std::unordered_map<std::string_view, std::size_t> references(const rules::TableDraft& table) {
    std::unordered_map<std::string_view, std::size_t> count;
    for (const auto& chain : table.chains) {
        for (const auto& rule : chain.rules) {
            if (!rule.target.chain.empty()) ++count[rule.target.chain];
        }
    }
    return count;
}

std::vector<const rules::ChainDraft*> in_order(const rules::TableDraft& table) {
    std::vector<const rules::ChainDraft*> chains;
    for (const auto& chain : table.chains) chains.push_back(&chain);
    std::ranges::stable_sort(chains, [](const auto* a, const auto* b) {
        if (a->policy.has_value() != b->policy.has_value()) return a->policy.has_value();
        return !a->policy && a->name < b->name;
    });
    return chains;
}

}  // namespace gatehouse::iptables

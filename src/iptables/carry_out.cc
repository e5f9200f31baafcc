#include "iptables/carry_out.h"

#include <algorithm>
#include <fmt/format.h>
#include <string>

namespace gatehouse::iptables {

using rules::by_number;
using rules::Change;

namespace {

// The chains that a command is about: the one it names, or all of its table.
std::vector<std::string> chains_of(const Command& command, const Change& change) {
    if (!command.chain.empty()) return {command.chain};
    std::vector<std::string> names;
    for (const auto& chain : change.ruleset().tables().find(command.table)->each())
        names.push_back(chain.name);
    return names;
}

Result<void> add_rules(Command& command, Change& change) {
    for (auto& rule : command.rules) {
        // With a list of addresses each goes before the one inserted last, as iptables has it.
        auto added =
            command.action == Action::append ? change.append(command.table, command.chain, std::move(rule))
            : command.action == Action::insert
                ? change.insert(command.table, command.chain, by_number(command.number), std::move(rule))
                : change.replace(command.table, command.chain, by_number(command.number), std::move(rule));
        if (!added) return std::unexpected(std::move(added).error());
    }
    return {};
}

Result<void> remove_rules(const Command& command, Change& change, bool only_check) {
    for (const auto& rule : command.rules) {
        const auto number = change.find(command.table, command.chain, rule);
        if (!number) return fail("Bad rule (does a matching rule exist in that chain?).");
        if (only_check) continue;
        if (auto gone = change.erase(command.table, command.chain, by_number(*number)); !gone) return gone;
    }
    return {};
}

Result<void> delete_chains(const Command& command, Change& change) {
    const std::string_view table = command.table;
    for (const auto& name : chains_of(command, change)) {
        const auto* const chain = change.ruleset().chain(table, name);
        if (command.chain.empty() && chain->base) continue;
        if (auto gone = change.delete_chain(table, name); !gone) return gone;
    }
    return {};
}

Result<void> set_policy(const Command& command, Change& change) {
    if (command.policy != "ACCEPT" && command.policy != "DROP")
        return fail(fmt::format("Bad policy name: expected ACCEPT or DROP, got `{}`", command.policy));
    return change.set_policy(command.table, command.chain,
                             command.policy == "ACCEPT" ? rules::Policy::accept : rules::Policy::drop,
                             command.counters.value_or(rules::Counters{}));
}

// `each` of the chains that the command is about.
template <class F>
Result<void> for_chains(const Command& command, const Change& change, F each) {
    for (const auto& chain : chains_of(command, change)) {
        if (auto done = each(chain); !done) return done;
    }
    return {};
}

}  // namespace

Result<void> carry_out(Command& command, Change& change) {
    const std::string_view table = command.table, chain = command.chain;
    switch (command.action) {
        case Action::append:
        case Action::insert:
        case Action::replace: return add_rules(command, change);
        case Action::remove: return remove_rules(command, change, false);
        case Action::check: return remove_rules(command, change, true);
        case Action::remove_number: return change.erase(table, chain, by_number(command.number));
        case Action::zero_number: return change.zero(table, chain, by_number(command.number));
        case Action::new_chain:
            return change.new_chain(table, {.name = command.chain, .policy = {}, .base = {}});
        case Action::delete_chain: return delete_chains(command, change);
        case Action::rename_chain: return change.rename_chain(table, chain, command.new_name);
        case Action::set_policy: return set_policy(command, change);
        case Action::flush:
            return for_chains(command, change, [&](const auto& name) { return change.flush(table, name); });
        case Action::zero:
            return for_chains(command, change,
                              [&](const auto& name) { return change.zero(table, name, {}); });
        default: return fail("no command that changes a table");
    }
}

void make_table(const rules::TableInfo& info, Change& change) {
    // An empty table has nothing to refuse.
    if (change.ruleset().tables().find(info.name) == nullptr)
        (void)change.put_table(rules::empty_table(info));
}

std::vector<const rules::Chain*> in_order(const rules::LiveTable& table) {
    std::vector<const rules::Chain*> chains;
    for (const auto& chain : table.each()) chains.push_back(&chain);
    std::ranges::stable_sort(chains, [](const auto* a, const auto* b) {
        if (a->base.has_value() != b->base.has_value()) return a->base.has_value();
        return !a->base && a->name < b->name;
    });
    return chains;
}

}  // namespace gatehouse::iptables

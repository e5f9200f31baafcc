// A change's edits. What each means for the index, and how it is undone, stands in change_log.cc.
#include "rules/change.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/text.h"
#include "rules/rule_check.h"

namespace gatehouse::rules {

namespace {

std::unexpected<Error> refuse(const Place& place, std::string what, std::string hint = {}) {
    return std::unexpected(Error{.what = std::move(what), .hint = std::move(hint), .place = place});
}

// Why the rule can't work on what the names that it says have, be it from its own matches before.
std::optional<Error> misfit(const RuleDraft& rule, NamedStates& named) {
    std::vector<std::shared_ptr<void>> said;
    const auto judge = [&](const Extension& extension) -> std::optional<Error> {
        const Declaration& d = extension.declaration();
        if (d.fits == nullptr) return {};
        auto fits = d.fits(extension.parameters(), named);
        if (fits) {
            said.push_back(d.make_state(extension.parameters(), named));
            return {};
        }
        Error error = fits.error();
        error.what = fmt::format("{}: {}", d.name, error.what);
        return error;
    };
    for (const auto& match : rule.matches) {
        if (auto error = judge(match)) return error;
    }
    return rule.target.extension ? judge(*rule.target.extension) : std::nullopt;
}

}  // namespace

Result<std::uint32_t> Change::slot(std::string_view name) const {
    if (const auto found = ruleset_.slot(name)) return *found;
    return fail(fmt::format("there is no table `{}`", name));
}

Result<Change::Site> Change::site(std::string_view table_name, std::string_view chain_name) const {
    const auto at = slot(table_name);
    if (!at) return std::unexpected(at.error());
    const ChainId id = jumps(*at).find(chain_name);
    if (id == ChainId::none) return no_chain(table_name, chain_name);
    return Site{{*at, id}, &table(*at), table(*at).at(id)};
}

std::unexpected<Error> Change::no_chain(std::string_view table, std::string_view chain) const {
    const auto names = jumps(*ruleset_.slot(table)).names();
    return fail(fmt::format("No chain/target/match by that name: table `{}` has no chain `{}`", table, chain),
                did_you_mean(chain, names));
}

Result<std::size_t> Change::position(const Site& site, RuleRef which, std::string_view purpose) const {
    const Spine& rules = site.chain->spine;
    if (which.by == RuleRef::By::handle) {
        if (const auto found = rules.position(which.value)) return *found;
        return fail(fmt::format("chain `{}` has no rule with the handle {}", site.chain->name, which.value));
    }
    if (which.value == 0 || which.value > rules.size())
        return fail(fmt::format("Index of {} too big.", purpose));
    return which.value - 1;
}

Result<edit::Fresh> Change::make_rule(const Site& site, RuleDraft rule) {
    const Place place = rule.origin.line != 0 ? rule.origin.place() : Place{};
    if (rule.selectors.family != ruleset_.family())
        return refuse(place, "the rule is for the other family of addresses");
    if (auto error = check_rule(rule, *site.table, *site.chain)) {
        error->place = place;
        return std::unexpected(std::move(*error));
    }
    ChainId target = ChainId::none;
    if (rule.target.kind == TargetKind::jump || rule.target.kind == TargetKind::go_to) {
        const Jumps& known = jumps(site.place.table);
        target = known.find(rule.target.chain);
        if (target == ChainId::none) {
            return refuse(place, fmt::format("there is no chain or target `{}`", rule.target.chain),
                          did_you_mean(rule.target.chain, known.names()));
        }
        if (site.table->at(target)->base)
            return refuse(place,
                          fmt::format("a rule can't go to the built-in chain `{}`", rule.target.chain));
    }
    if (auto error = misfit(rule, *ruleset_.named_)) {
        error->place = place;
        return std::unexpected(std::move(*error));
    }
    const Counters counters = rule.counters;
    const RuleHandle handle = ruleset_.next_handle_++;
    auto body = std::make_shared<const Body>(std::move(rule), target, *ruleset_.named_);
    auto node = Spine::make({.body = body, .counters = counters, .handle = handle});
    return edit::Fresh{.body = std::move(body), .handle = handle, .node = std::move(node)};
}

Result<RuleHandle> Change::insert_at(const Site& site, std::size_t position, RuleDraft rule) {
    auto fresh = make_rule(site, std::move(rule));
    if (!fresh) return std::unexpected(std::move(fresh).error());
    const RuleHandle handle = fresh->handle;
    perform(edit::Insert{.at = site.place, .position = position, .rule = std::move(*fresh)});
    return handle;
}

Result<RuleHandle> Change::append(std::string_view table, std::string_view chain, RuleDraft rule) {
    const auto where = site(table, chain);
    if (!where) return std::unexpected(where.error());
    return insert_at(*where, where->chain->spine.size(), std::move(rule));
}

Result<RuleHandle> Change::insert(std::string_view table, std::string_view chain, RuleRef before,
                                  RuleDraft rule) {
    const auto where = site(table, chain);
    if (!where) return std::unexpected(where.error());
    const std::size_t size = where->chain->spine.size();
    if (before.by == RuleRef::By::number && before.value == size + 1)
        return insert_at(*where, size, std::move(rule));
    const auto at = position(*where, before, "insertion");
    if (!at) return std::unexpected(at.error());
    return insert_at(*where, *at, std::move(rule));
}

Result<RuleHandle> Change::replace(std::string_view table, std::string_view chain, RuleRef which,
                                   RuleDraft rule) {
    const auto where = site(table, chain);
    if (!where) return std::unexpected(where.error());
    const auto at = position(*where, which, "replacement");
    if (!at) return std::unexpected(at.error());
    auto fresh = make_rule(*where, std::move(rule));
    if (!fresh) return std::unexpected(std::move(fresh).error());
    const RuleHandle handle = fresh->handle;
    perform(edit::Replace{.at = where->place, .position = *at, .rule = std::move(*fresh)});
    return handle;
}

Result<void> Change::erase(std::string_view table, std::string_view chain, RuleRef which) {
    const auto where = site(table, chain);
    if (!where) return std::unexpected(where.error());
    const auto at = position(*where, which, "deletion");
    if (!at) return std::unexpected(at.error());
    perform(edit::Erase{.at = where->place, .position = *at});
    return {};
}

Result<void> Change::flush(std::string_view table, std::string_view chain) {
    const auto where = site(table, chain);
    if (!where) return std::unexpected(where.error());
    if (where->chain->spine.size() != 0) perform(edit::PutRules{.at = where->place, .spine = {}});
    return {};
}

std::optional<std::size_t> Change::find(std::string_view table, std::string_view chain,
                                        const RuleDraft& rule) const {
    const auto where = site(table, chain);
    if (!where) return {};
    const ChainId target =
        rule.target.chain.empty() ? ChainId::none : jumps(where->place.table).find(rule.target.chain);
    if (!rule.target.chain.empty() && target == ChainId::none) return {};
    std::size_t number = 0, found = 0;
    where->chain->spine.for_each([&](const RuleNode& node) {
        ++number;
        if (found == 0 && same_rule(*node.body, rule, target)) found = number;
    });
    return found == 0 ? std::nullopt : std::optional(found);
}

Result<void> Change::add_chain(std::uint32_t slot, ChainDraft& draft) {
    if (jumps(slot).find(draft.name) != ChainId::none)
        return refuse(draft.place, fmt::format("Chain already exists: `{}`", draft.name));
    if (draft.policy && !draft.base) {
        return refuse(draft.place,
                      fmt::format("table `{}` has no built-in chain `{}`; only built-in chains have a policy",
                                  table(slot).name, draft.name));
    }
    const ChainPlace place{slot, jumps(slot).free_id()};
    auto chain = std::make_unique<Chain>();
    chain->name = draft.name;
    chain->base = draft.base;
    chain->policy = draft.policy.value_or(Policy::accept);
    chain->counters = draft.counters;
    perform(edit::PutChain{.at = place, .chain = std::move(chain)});
    jumps(slot).set_place(place.chain, draft.place);
    return {};
}

Result<void> Change::new_chain(std::string_view table_name, ChainDraft draft) {
    const auto at = slot(table_name);
    if (!at) return std::unexpected(at.error());
    if (auto added = add_chain(*at, draft); !added) return added;
    return append_all(table_name, draft);
}

Result<void> Change::append_all(std::string_view table, ChainDraft& chain) {
    for (auto& rule : chain.rules) {
        if (auto appended = append(table, chain.name, std::move(rule)); !appended)
            return spoil(std::move(appended).error());
    }
    chain.rules = {};
    return {};
}

void Change::locate(std::string_view table, std::string_view chain, Place place) {
    if (const auto where = site(table, chain))
        jumps(where->place.table).set_place(where->place.chain, std::move(place));
}

std::unexpected<Error> Change::spoil(Error error) {
    spoilt_ = error;
    return std::unexpected(std::move(error));
}

Result<void> Change::delete_chain(std::string_view table, std::string_view chain) {
    const auto where = site(table, chain);
    if (!where) return std::unexpected(where.error());
    if (where->chain->base && where->table->kind != table_other)
        return fail(fmt::format("Invalid argument: `{}` is a built-in chain", chain));
    if (jumps(where->place.table).references(where->place.chain) != 0)
        return fail(fmt::format("Too many links: rules refer to `{}`", chain));
    if (where->chain->spine.size() != 0)
        return fail(fmt::format("Directory not empty: `{}` has rules", chain));
    perform(edit::PutChain{.at = where->place, .chain = nullptr});
    return {};
}

Result<void> Change::rename_chain(std::string_view table, std::string_view from, std::string_view to) {
    const auto where = site(table, from);
    if (!where) return std::unexpected(where.error());
    if (where->chain->base) return no_chain(table, from);
    if (jumps(where->place.table).find(to) != ChainId::none)
        return fail(fmt::format("File exists: chain `{}`", to));
    perform(edit::Rename{.at = where->place, .name = std::string(to)});
    return {};
}

Result<void> Change::set_policy(std::string_view table, std::string_view chain, Policy policy,
                                Counters counters) {
    const auto where = site(table, chain);
    if (!where || !where->chain->base) {
        return fail(
            fmt::format("Bad built-in chain name: table `{}` has no built-in chain `{}`", table, chain));
    }
    perform(edit::SetPolicy{.at = where->place, .policy = policy, .counters = counters});
    return {};
}

Result<void> Change::zero(std::string_view table, std::string_view chain, std::optional<RuleRef> which) {
    const auto where = site(table, chain);
    if (!where) return std::unexpected(where.error());
    if (which) {
        const auto at = position(*where, *which, "counter");
        if (!at) return std::unexpected(at.error());
        perform(edit::SetCounters{.at = where->place, .position = *at, .counters = {Counters{}}});
        return {};
    }
    perform(edit::SetPolicy{.at = where->place, .policy = where->chain->policy, .counters = {}});
    const std::size_t rules = where->chain->spine.size();
    perform(edit::SetCounters{.at = where->place, .position = {}, .counters = std::vector<Counters>(rules)});
    return {};
}

std::unique_ptr<LiveTable> Change::empty(std::string_view name) const {
    auto table = std::make_unique<LiveTable>();
    table->name = name;
    if (const auto* info = find_table(name)) table->kind = info->table;
    return table;
}

Result<void> Change::put_table(TableDraft draft) {
    const auto* const info = find_table(draft.name);
    if (info != nullptr) draft.name = info->name;
    const auto there = ruleset_.slot(draft.name);
    const std::uint32_t at = there.value_or(static_cast<std::uint32_t>(ruleset_.tables_.slots().size()));
    perform(edit::PutTable{.table = at, .fresh = empty(draft.name)});
    for (auto& chain : draft.chains) {
        for (unsigned h = 0; info != nullptr && h < hook_count; ++h) {
            const Hook hook = static_cast<Hook>(h);
            if (name(hook) == chain.name && (info->hooks & bit(hook)) != 0)
                chain.base = Base{hook, info->priority[h]};
        }
        if (auto added = add_chain(at, chain); !added) return spoil(std::move(added).error());
    }
    // Rules may go to any of the chains.
    for (auto& chain : draft.chains) {
        if (auto appended = append_all(draft.name, chain); !appended) return appended;
    }
    return {};
}

Result<void> Change::clear_table(std::string_view name) {
    const auto at = slot(name);
    if (!at) return std::unexpected(at.error());
    auto fresh = empty(table(*at).name);
    if (fresh->kind != table_other) {
        for (const auto& chain : table(*at).each()) {
            if (!chain.base) continue;
            fresh->chains.push_back(std::make_unique<Chain>(Chain{.name = chain.name,
                                                                  .base = chain.base,
                                                                  .policy = chain.policy,
                                                                  .counters = chain.counters,
                                                                  .spine = {}}));
        }
    }
    perform(edit::PutTable{.table = *at, .fresh = std::move(fresh)});
    return {};
}

Result<void> Change::delete_table(std::string_view table) {
    const auto at = slot(table);
    if (!at) return std::unexpected(at.error());
    perform(edit::PutTable{.table = *at, .fresh = nullptr});
    return {};
}

}  // namespace gatehouse::rules

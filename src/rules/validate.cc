// From a draft to a ruleset that is known to be right.
#include <algorithm>
#include <fmt/format.h>
#include <unordered_map>

#include "base/text.h"
#include "rules/draft.h"

namespace gatehouse::rules {

namespace {

std::unexpected<Error> refuse(const Place& place, std::string what, std::string hint = {}) {
    return std::unexpected(Error{.what = std::move(what), .hint = std::move(hint), .place = place});
}

class TableValidator {
  public:
    TableValidator(TableDraft& draft, Family family, std::vector<Error>& warnings)
        : draft_(draft), family_(family), warnings_(warnings) {}

    Result<TableBlueprint> run();

  private:
    Result<void> name_chains();
    Result<void> link_rules();
    Result<void> refuse_loops();
    Result<void> check_extensions();
    std::optional<Error> check(RuleDraft& rule, const ChainBlueprint& chain, HookSet hooks) const;
    // Depth-first from `chain`; fills `path` with a loop and gives false when there is one.
    bool descend(std::uint32_t chain, std::vector<std::uint32_t>& path);
    std::string describe(const std::vector<std::uint32_t>& loop) const;

    enum class Colour : std::uint8_t { white, grey, black };

    TableDraft& draft_;
    Family family_;
    std::vector<Error>& warnings_;
    TableBlueprint table_;
    std::unordered_map<std::string, std::uint32_t> ids_;
    std::vector<Colour> colour_;
    std::vector<std::uint32_t> depth_;
    std::vector<HookSet> reached_from_;
};

Result<TableBlueprint> TableValidator::run() {
    table_.info = find_table(draft_.name);
    if (table_.info == nullptr) {
        std::vector<std::string_view> names;
        for (const auto& info : all_tables()) names.push_back(info.name);
        return refuse(draft_.place, fmt::format("there is no table `{}`", draft_.name),
                      did_you_mean(draft_.name, names));
    }
    if (auto r = name_chains(); !r) return std::unexpected(r.error());
    if (auto r = link_rules(); !r) return std::unexpected(r.error());
    if (auto r = refuse_loops(); !r) return std::unexpected(r.error());
    if (auto r = check_extensions(); !r) return std::unexpected(r.error());
    for (std::size_t c = 0; c < draft_.chains.size(); ++c) {
        for (auto& rule : draft_.chains[c].rules) {
            ChainId target = ChainId::none;
            if (!rule.target.chain.empty()) target = static_cast<ChainId>(ids_.at(rule.target.chain));
            table_.chains[c].rules.push_back(std::make_shared<const Body>(std::move(rule), target));
        }
    }
    return std::move(table_);
}

Result<void> TableValidator::name_chains() {
    for (const auto& draft : draft_.chains) {
        ChainBlueprint chain{.name = draft.name,
                             .hook = {},
                             .policy = draft.policy.value_or(Policy::accept),
                             .counters = draft.counters};
        for (unsigned h = 0; h < hook_count; ++h) {
            const Hook hook = static_cast<Hook>(h);
            if (name(hook) == draft.name && (table_.info->hooks & bit(hook)) != 0) chain.hook = hook;
        }
        if (!chain.hook && draft.policy) {
            return refuse(
                draft.place,
                fmt::format("table `{}` has no built-in chain `{}`; only built-in chains have a policy",
                            draft_.name, draft.name));
        }
        if (!ids_.emplace(draft.name, static_cast<std::uint32_t>(table_.chains.size())).second) {
            return refuse(draft.place, fmt::format("chain `{}` is there already", draft.name));
        }
        table_.chains.push_back(std::move(chain));
    }
    return {};
}

Result<void> TableValidator::link_rules() {
    for (std::size_t c = 0; c < draft_.chains.size(); ++c) {
        for (const auto& rule : draft_.chains[c].rules) {
            if (rule.target.kind != TargetKind::jump && rule.target.kind != TargetKind::go_to) continue;
            const auto found = ids_.find(rule.target.chain);
            if (found == ids_.end()) {
                std::vector<std::string_view> names;
                for (const auto& [name, id] : ids_) names.push_back(name);
                std::ranges::sort(names);
                return refuse(rule.place, fmt::format("there is no chain or target `{}`", rule.target.chain),
                              did_you_mean(rule.target.chain, names));
            }
            if (table_.chains[found->second].hook) {
                return refuse(rule.place,
                              fmt::format("a rule can't go to the built-in chain `{}`", rule.target.chain));
            }
            auto& jumps = table_.chains[c].jumps;
            const auto id = static_cast<ChainId>(found->second);
            if (std::ranges::find(jumps, id) == jumps.end()) jumps.push_back(id);
        }
    }
    return {};
}

bool TableValidator::descend(std::uint32_t start, std::vector<std::uint32_t>& path) {
    struct Frame {
        std::uint32_t chain;
        std::size_t next;
    };
    std::vector<Frame> frames{{start, 0}};
    colour_[start] = Colour::grey;
    while (!frames.empty()) {
        auto& [chain, next] = frames.back();
        if (next == table_.chains[chain].jumps.size()) {
            colour_[chain] = Colour::black;
            const std::uint32_t below = depth_[chain] + 1;
            frames.pop_back();
            if (!frames.empty()) depth_[frames.back().chain] = std::max(depth_[frames.back().chain], below);
            continue;
        }
        const std::uint32_t to = index(table_.chains[chain].jumps[next++]);
        if (colour_[to] == Colour::grey) {
            const auto begin = std::ranges::find(frames, to, &Frame::chain);
            for (auto at = begin; at != frames.end(); ++at) path.push_back(at->chain);
            path.push_back(to);
            return false;
        }
        if (colour_[to] == Colour::white) {
            colour_[to] = Colour::grey;
            frames.push_back({to, 0});
        } else {
            depth_[chain] = std::max(depth_[chain], depth_[to] + 1);
        }
    }
    return true;
}

std::string TableValidator::describe(const std::vector<std::uint32_t>& loop) const {
    std::string text;
    for (const auto chain : loop) text += (text.empty() ? "" : " -> ") + table_.chains[chain].name;
    return text;
}

Result<void> TableValidator::refuse_loops() {
    colour_.assign(table_.chains.size(), Colour::white);
    depth_.assign(table_.chains.size(), 0);
    std::vector<std::uint32_t> loop;
    for (std::uint32_t c = 0; c < table_.chains.size(); ++c) {
        if (!table_.chains[c].hook || colour_[c] != Colour::white) continue;
        if (!descend(c, loop)) {
            return refuse(draft_.chains[c].place,
                          fmt::format("table `{}`: chain `{}` leads into a loop: {}", draft_.name,
                                      table_.chains[c].name, describe(loop)));
        }
        table_.depth = std::max(table_.depth, depth_[c]);
    }
    for (std::uint32_t c = 0; c < table_.chains.size(); ++c) {
        if (colour_[c] != Colour::white || descend(c, loop)) continue;
        warnings_.push_back({.what = fmt::format("table `{}`: a loop that no built-in chain reaches: {}",
                                                 draft_.name, describe(loop)),
                             .place = draft_.chains[c].place});
        loop.clear();
    }
    return {};
}

Result<void> TableValidator::check_extensions() {
    // Which hooks lead to each chain: walked from each built-in chain, which has no loops.
    reached_from_.assign(table_.chains.size(), 0);
    for (std::uint32_t c = 0; c < table_.chains.size(); ++c) {
        if (!table_.chains[c].hook) continue;
        const HookSet hook = bit(*table_.chains[c].hook);
        std::vector<std::uint32_t> left{c};
        while (!left.empty()) {
            const std::uint32_t at = left.back();
            left.pop_back();
            if ((reached_from_[at] & hook) != 0) continue;
            reached_from_[at] |= hook;
            for (const auto to : table_.chains[at].jumps) left.push_back(index(to));
        }
    }
    for (std::size_t c = 0; c < draft_.chains.size(); ++c) {
        for (auto& rule : draft_.chains[c].rules) {
            if (auto error = check(rule, table_.chains[c], reached_from_[c])) return std::unexpected(*error);
        }
    }
    return {};
}

std::optional<Error> TableValidator::check(RuleDraft& rule, const ChainBlueprint& chain,
                                           HookSet hooks) const {
    const Facts facts{.family = family_,
                      .table = draft_.name,
                      .hooks = hooks,
                      .selectors = &rule.selectors,
                      .matches = &rule.matches};
    const auto one = [&](const Extension& e) -> std::optional<Error> {
        const Declaration& d = e.declaration();
        if ((d.tables & table_.info->table) == 0) {
            return Error{.what = fmt::format("`{}` can't be used in table `{}`", d.name, draft_.name),
                         .place = rule.place};
        }
        if ((hooks & ~d.hooks) != 0) {
            std::string from;
            for (unsigned h = 0; h < hook_count; ++h) {
                const Hook hook = static_cast<Hook>(h);
                if ((hooks & ~d.hooks & bit(hook)) != 0)
                    from += fmt::format("{}{}", from.empty() ? "" : ", ", name(hook));
            }
            return Error{.what = fmt::format("`{}` can't be used in chain `{}`, which is reached from {}",
                                             d.name, chain.name, from),
                         .place = rule.place};
        }
        if (!d.protocols.empty()) {
            const bool named = std::ranges::find(d.protocols, rule.selectors.protocol) != d.protocols.end();
            if (!named || rule.selectors.protocol_inverted) {
                return Error{.what = fmt::format("`{}` needs a rule for its protocol (`-p`)", d.name),
                             .place = rule.place};
            }
        }
        return {};
    };
    const auto& s = rule.selectors;
    constexpr HookSet with_in = bit(Hook::prerouting) | bit(Hook::input) | bit(Hook::forward);
    if (chain.hook && !s.in.pattern.text.empty() && (bit(*chain.hook) & with_in) == 0) {
        return Error{.what = fmt::format("`-i` can't be used in chain `{}`", chain.name),
                     .place = rule.place};
    }
    if (chain.hook && !s.out.pattern.text.empty() &&
        (*chain.hook == Hook::prerouting || *chain.hook == Hook::input)) {
        return Error{.what = fmt::format("`-o` can't be used in chain `{}`", chain.name),
                     .place = rule.place};
    }
    for (auto& match : rule.matches) {
        if (auto error = one(match)) return error;
        if (auto done = match.finish(facts); !done)
            return Error{.what = done.error().what, .hint = done.error().hint, .place = rule.place};
    }
    if (auto& target = rule.target.extension) {
        if (auto error = one(*target)) return error;
        if (auto done = target->finish(facts); !done)
            return Error{.what = done.error().what, .hint = done.error().hint, .place = rule.place};
    }
    return {};
}

}  // namespace

Result<Ruleset> validate(Draft draft) {
    Ruleset ruleset;
    ruleset.family_ = draft.family;
    for (auto& table : draft.tables) {
        for (const auto& earlier : ruleset.tables_) {
            if (earlier.info == find_table(table.name)) {
                return refuse(table.place, fmt::format("table `{}` is there already", table.name));
            }
        }
        auto blueprint = TableValidator(table, draft.family, ruleset.warnings_).run();
        if (!blueprint) return std::unexpected(blueprint.error());
        ruleset.tables_.push_back(std::move(*blueprint));
    }
    return ruleset;
}

}  // namespace gatehouse::rules

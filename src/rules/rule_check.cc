#include "rules/rule_check.h"

#include <algorithm>
#include <fmt/format.h>

namespace gatehouse::rules {

namespace {

std::optional<Error> refuse(std::string what, std::string hint = {}) {
    return Error{.what = std::move(what), .hint = std::move(hint)};
}

std::optional<Error> check_extension(Extension& extension, const Facts& facts, TableSet kind) {
    const Declaration& d = extension.declaration();
    if ((d.tables & kind) == 0)
        return refuse(fmt::format("`{}` can't be used in table `{}`", d.name, facts.table));
    if (!d.protocols.empty()) {
        const Selectors& s = *facts.selectors;
        const bool named = std::ranges::find(d.protocols, s.protocol) != d.protocols.end();
        if (!named || s.protocol_inverted)
            return refuse(fmt::format("`{}` needs a rule for its protocol (`-p`)", d.name));
    }
    if (auto done = extension.finish(facts); !done)
        return refuse(std::move(done.error().what), std::move(done.error().hint));
    return {};
}

}  // namespace

std::optional<Error> check_rule(RuleDraft& rule, const LiveTable& table, const Chain& chain) {
    const Selectors& s = rule.selectors;
    constexpr HookSet with_in = bit(Hook::prerouting) | bit(Hook::input) | bit(Hook::forward);
    constexpr HookSet without_out = bit(Hook::prerouting) | bit(Hook::input);
    const HookSet own = chain.base ? bit(chain.base->hook) : HookSet{0};
    if (!s.in.pattern.text.empty() && (own & ~with_in) != 0)
        return refuse(fmt::format("`-i` can't be used in chain `{}`", chain.name));
    if (!s.out.pattern.text.empty() && (own & without_out) != 0)
        return refuse(fmt::format("`-o` can't be used in chain `{}`", chain.name));
    const Facts facts{
        .family = s.family, .table = table.name, .selectors = &rule.selectors, .matches = &rule.matches};
    for (auto& match : rule.matches) {
        if (auto error = check_extension(match, facts, table.kind)) return error;
    }
    if (auto& target = rule.target.extension) return check_extension(*target, facts, table.kind);
    return {};
}

std::optional<Error> misplaced(const Body& body, const Chain& chain, HookSet reached_from) {
    const auto look = [&](const Extension& extension) -> std::optional<Error> {
        const unsigned wrong = reached_from & ~extension.hooks();
        if (wrong == 0) return {};
        std::string from;
        for (unsigned h = 0; h < hook_count; ++h) {
            const Hook hook = static_cast<Hook>(h);
            if ((wrong & bit(hook)) != 0) from += fmt::format("{}{}", from.empty() ? "" : ", ", name(hook));
        }
        return refuse(fmt::format(
            "`{}` can't be used in chain `{}`, which is reached from {}{}", extension.declaration().name,
            chain.name, from, (wrong & extension.declaration().hooks) != 0 ? ", with these options" : ""));
    };
    for (const auto& match : body.draft().matches) {
        if (auto error = look(match)) return error;
    }
    const auto& target = body.draft().target.extension;
    return target ? look(*target) : std::nullopt;
}

}  // namespace gatehouse::rules

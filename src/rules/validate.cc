// From a draft to a ruleset that is known to be right.
#include <algorithm>
#include <fmt/format.h>

#include "base/text.h"
#include "rules/change.h"

namespace gatehouse::rules {

namespace {

std::unexpected<Error> refuse(const Place& place, std::string what, std::string hint = {}) {
    return std::unexpected(Error{.what = std::move(what), .hint = std::move(hint), .place = place});
}

// A table that iptables doesn't know must say where its base chains stand.
Result<void> know(const TableDraft& table) {
    if (find_table(table.name) != nullptr ||
        std::ranges::any_of(table.chains, [](const ChainDraft& c) { return c.base.has_value(); }))
        return {};
    std::vector<std::string_view> names;
    for (const auto& info : all_tables()) names.push_back(info.name);
    return refuse(table.place, fmt::format("there is no table `{}`", table.name),
                  did_you_mean(table.name, names));
}

}  // namespace

Result<Ruleset> validate(Draft draft) {
    Ruleset ruleset(draft.family);
    Change change(ruleset);
    for (auto& table : draft.tables) {
        if (auto known = know(table); !known) return std::unexpected(std::move(known).error());
        const auto* info = find_table(table.name);
        if (ruleset.tables().find(info != nullptr ? info->name : table.name) != nullptr)
            return refuse(table.place, fmt::format("table `{}` is there already", table.name));
        if (auto put = change.put_table(std::move(table)); !put)
            return std::unexpected(std::move(put).error());
    }
    if (auto kept = change.keep(); !kept) return std::unexpected(std::move(kept).error());
    return ruleset;
}

}  // namespace gatehouse::rules

#include "rules/ruleset.h"

#include <algorithm>

namespace gatehouse::rules {

std::optional<std::uint32_t> Ruleset::slot(std::string_view name) const {
    const auto& slots = tables_.slots();
    for (std::size_t i = 0; i < slots.size(); ++i) {
        if (slots[i] != nullptr && slots[i]->name == name) return static_cast<std::uint32_t>(i);
    }
    return {};
}

const Chain* Ruleset::chain(std::string_view table, std::string_view chain) const {
    const auto at = slot(table);
    const ChainId id = at ? jumps_[*at].find(chain) : ChainId::none;
    return id == ChainId::none ? nullptr : tables_.slots()[*at]->at(id);
}

bool Ruleset::needs_tracking() const { return std::ranges::any_of(jumps_, &Jumps::need_tracking); }
bool Ruleset::needs_helpers() const { return std::ranges::any_of(jumps_, &Jumps::need_helpers); }
bool Ruleset::needs_datagrams() const { return std::ranges::any_of(jumps_, &Jumps::need_datagrams); }

bool Ruleset::joins_families() const { return std::ranges::any_of(jumps_, &Jumps::join_families); }

std::size_t Ruleset::references(std::string_view table, std::string_view chain) const {
    const auto at = slot(table);
    const ChainId id = at ? jumps_[*at].find(chain) : ChainId::none;
    return id == ChainId::none ? 0 : jumps_[*at].references(id);
}

}  // namespace gatehouse::rules

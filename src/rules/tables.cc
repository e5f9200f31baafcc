#include "rules/tables.h"

namespace gatehouse::rules {

void Tables::install(const Ruleset& ruleset, const Interfaces& interfaces) {
    tables_.clear();
    for (const auto& blueprint : ruleset.tables()) {
        LiveTable table{.info = blueprint.info};
        table.stack.reserve(blueprint.depth + 1);
        for (const auto& chain : blueprint.chains) {
            Chain live{
                .name = chain.name, .hook = chain.hook, .policy = chain.policy, .counters = chain.counters};
            for (const auto& body : chain.rules) {
                Packed packed = pack(body->draft().selectors, interfaces);
                for (const auto& match : body->draft().matches) {
                    if (match.declaration().pack != nullptr)
                        match.declaration().pack(match.parameters(), packed);
                }
                live.spine.insert(live.spine.size(), {body, body->draft().counters, next_handle_++}, packed);
            }
            table.chains.push_back(std::move(live));
        }
        tables_.push_back(std::move(table));
    }
}

LiveTable* Tables::find(std::string_view name) {
    for (auto& table : tables_) {
        if (table.info->name == name) return &table;
    }
    return nullptr;
}

std::optional<std::size_t> Tables::number(const Decision& decision) const {
    for (const auto& table : tables_) {
        if (table.info->name != decision.table) continue;
        for (const auto& chain : table.chains) {
            if (chain.name != decision.chain) continue;
            const auto position = chain.spine.position(decision.rule);
            return position ? std::optional(*position + 1) : std::nullopt;
        }
    }
    return {};
}

}  // namespace gatehouse::rules

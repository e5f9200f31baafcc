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
                live.spine.insert(
                    live.spine.size(),
                    {.body = body, .counters = body->draft().counters, .handle = next_handle_++},
                    pack(body->draft(), interfaces));
            }
            live.spine.settle();
            table.chains.push_back(std::move(live));
        }
        tables_.push_back(std::move(table));
    }
}

void Tables::repack(const Interfaces& interfaces) {
    for (auto& table : tables_) {
        for (auto& chain : table.chains) chain.spine.repack(interfaces);
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

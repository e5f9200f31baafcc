#include "rules/tables.h"

#include <atomic>

#include "rules/transaction.h"

namespace gatehouse::rules {

Generation next_generation() {
    static std::atomic<std::uint64_t> last{0};
    return static_cast<Generation>(last.fetch_add(1, std::memory_order_relaxed) + 1);
}

Result<void> Tables::apply(Transaction& transaction) {
    if (transaction.family() != family_) return fail("the transaction is for tables of the other family");
    if (transaction.spent()) return fail("the transaction has been carried out already");
    if (transaction.from() && *transaction.from() != generation_) {
        return fail("the rules have changed since the transaction was prepared",
                    "prepare it again from the rules as they are");
    }
    transaction.swap_with(tables_);
    generation_ = transaction.to();
    return {};
}

void Tables::repack(const Interfaces& interfaces) {
    for (auto& table : all()) {
        for (auto& chain : table.each()) chain.spine.repack(interfaces);
    }
}

LiveTable* Tables::find(std::string_view name) const {
    for (auto& table : all()) {
        if (table.name == name) return &table;
    }
    return nullptr;
}

std::optional<std::size_t> Tables::number(const Decision& decision) const {
    const LiveTable* const table = find(decision.table);
    if (table == nullptr) return {};
    for (const auto& chain : table->each()) {
        if (chain.name != decision.chain) continue;
        const auto position = chain.spine.position(decision.rule);
        return position ? std::optional(*position + 1) : std::nullopt;
    }
    return {};
}

}  // namespace gatehouse::rules

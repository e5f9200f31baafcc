#include "rules/transaction.h"

namespace gatehouse::rules {

void Transaction::swap_with(edit::TableSlots& tables) {
    spent_ = true;
    if (!from_) return whole_.swap(tables);
    for (auto& edit : edits_) apply(tables, edit);
    // The walk needs every chunk encoded.
    const auto settle = [&](ChainPlace at) {
        if (tables[at.table] == nullptr) return;
        if (Chain* const chain = tables[at.table]->at(at.chain)) chain->spine.settle();
    };
    for (const auto& edit : edits_) {
        if (const auto* insert = std::get_if<edit::Insert>(&edit)) settle(insert->at);
        if (const auto* erase = std::get_if<edit::Erase>(&edit)) settle(erase->at);
        if (const auto* replace = std::get_if<edit::Replace>(&edit)) settle(replace->at);
    }
}

}  // namespace gatehouse::rules

// Carries out commands on one table of a draft, as iptables does on a kernel's table.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/error.h"
#include "iptables/command.h"
#include "rules/draft.h"

namespace gatehouse::iptables {

class TableEditor {
  public:
    // The table must stay where it is while it is edited.
    explicit TableEditor(rules::TableDraft& table);

    bool has_chain(std::string_view name) const { return places_.contains(name); }
    // nullptr if there is none. Good until chains are made, deleted or renamed.
    rules::ChainDraft* find(std::string_view name);

    // Any action but list and list_rules. The errors' words are iptables'. A command that fails may have been
    // carried out in part (a list of addresses); the caller then drops the draft.
    Result<void> apply(Command& command);

    Result<void> new_chain(std::string_view name, const Place& place);
    // Empties the table but keeps the built-in chains' policies.
    void clear();

  private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view s) const { return std::hash<std::string_view>{}(s); }
    };

    Result<void> add_rules(Command& command, rules::ChainDraft& chain);
    Result<void> remove_rules(const Command& command, rules::ChainDraft& chain, bool only_check);
    Result<void> delete_chains(std::string_view name);
    Result<void> rename_chain(const Command& command);
    Result<void> set_policy(const Command& command);
    Result<void> zero(const Command& command);
    std::unexpected<Error> no_such_chain(std::string_view name) const;
    void index();

    rules::TableDraft& table_;
    std::unordered_map<std::string, std::size_t, Hash, std::equal_to<>> places_;
};

// How many rules of the table jump or go to each of its chains.
std::unordered_map<std::string_view, std::size_t> references(const rules::TableDraft& table);

// The table's chains as they are shown: the built-in ones, then the others by name.
std::vector<const rules::ChainDraft*> in_order(const rules::TableDraft& table);

}  // namespace gatehouse::iptables

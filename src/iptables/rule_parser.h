// Reads the words of one iptables command line, or of one line of iptables-restore text.
//
// Options of extensions are looked up as xtables does: first iptables' own, then those of the extension
// loaded last, and so on back; an unambiguous beginning of a name will do. `-p NAME` loads the match of that
// name as soon as an option needs it.
#pragma once
#include <functional>
#include <span>

#include "base/error.h"
#include "iptables/command.h"
#include "iptables/words.h"

namespace gatehouse::iptables {

struct Scope {
    Family family = Family::ipv4;
    // The table of the line in iptables-restore text, where `-t` isn't allowed; empty: filter, or what `-t`
    // says.
    std::string_view table = {};
    // Whether `table` has the chain: `-j NAME` prefers it to a target of that name.
    std::function<bool(const Command& so_far, std::string_view chain)> has_chain;
};

// Errors have the column of the word at fault in place.column when the words have columns.
Result<Command> parse_command(std::span<const Word> words, const Scope& scope);

// ACCEPT, DROP, RETURN, QUEUE: no chain may have these names.
bool is_builtin_target(std::string_view name);

// Empty if a user chain may have this name, otherwise why not.
std::string fault_of_chain_name(std::string_view name);

}  // namespace gatehouse::iptables

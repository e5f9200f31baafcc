// `iptables` and `ip6tables` on a ruleset file: the commands that change and show it.
#pragma once
#include <string_view>

#include "wire/address.h"

namespace gatehouse::iptables {

// Somebody else had the ruleset's lock for as long as `-w` allows.
inline constexpr int lock_held = 4;
inline constexpr std::string_view lock_held_words =
    "another tool holds the ruleset's lock; -w waits until it lets go";

// iptables-legacy's commands, options and exit codes (0 done, 1 no such chain or rule, 2 bad usage, 3 no such
// table, 4 the lock is held).
int run_iptables(int argc, char** argv, Family family);
// iptables-restore: standard input (or a file) replaces the ruleset's tables that it names.
int run_restore(int argc, char** argv, Family family);
// iptables-save.
int run_save(int argc, char** argv, Family family);

}  // namespace gatehouse::iptables

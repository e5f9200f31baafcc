// `iptables` and `ip6tables` on a ruleset file: the commands that change and show it.
#pragma once
#include "wire/address.h"

namespace gatehouse::iptables {

// iptables-legacy's commands, options and exit codes (0 done, 1 no such chain or rule, 2 bad usage, 3 no such
// table).
int run_iptables(int argc, char** argv, Family family);
// iptables-restore: standard input (or a file) replaces the ruleset's tables that it names.
int run_restore(int argc, char** argv, Family family);
// iptables-save.
int run_save(int argc, char** argv, Family family);

}  // namespace gatehouse::iptables

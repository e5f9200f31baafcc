// Help texts, derived from what extensions declare.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "rules/declaration.h"

namespace gatehouse::iptables {

// Of the command itself.
std::string general_help(Family family);
// Of one extension, as `-m NAME -h` shows it: what it is, where it may stand, its options.
std::string extension_help(const rules::Declaration& declaration);

// What extension_help() is made of.
// "[!] --dport port[:port]"
std::string option_spelling(const rules::OptionInfo& option);
// "0 to 255", "also --hl", "not with --ttl-lt, --ttl-gt".
std::vector<std::string> option_limits(const rules::Declaration& declaration,
                                       const rules::OptionInfo& option);
// {"families", "IPv4, IPv6"}, {"tables", "mangle"}, {"hooks", …}, …
std::vector<std::pair<std::string, std::string>> extension_facts(const rules::Declaration& declaration);

}  // namespace gatehouse::iptables

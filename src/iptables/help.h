// Help texts: the tool's, and an extension's, derived from its declaration.
#pragma once
#include <string>

#include "rules/declaration.h"

namespace gatehouse::iptables {

std::string general_help(Family family);
std::string extension_help(const rules::Declaration& declaration);

}  // namespace gatehouse::iptables

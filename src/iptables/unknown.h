// Suggestions for names that aren't there: options, matches, targets.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "rules/declaration.h"

namespace gatehouse::iptables {

// "did you mean `--dport`?", or which extension the option belongs to: "`--dport` needs `-p tcp` or `-p
// udp`".
std::string hint_for_option(std::string_view option, std::span<const rules::Declaration* const> loaded,
                            Family family);

// "did you mean `conntrack`?", or "".
std::string near_match(std::string_view name, Family family);
std::string near_target(std::string_view name, Family family);

}  // namespace gatehouse::iptables

// Every extension there is, found by name. The tables are generated from the folders match/ and target/.
#pragma once
#include <span>
#include <string_view>

#include "rules/declaration.h"

namespace gatehouse::rules {

std::span<const Declaration* const> all_matches();
std::span<const Declaration* const> all_targets();

// By name or alias, for the family; nullptr if there is none.
const Declaration* find_match(std::string_view name, Family family);
const Declaration* find_target(std::string_view name, Family family);

}  // namespace gatehouse::rules

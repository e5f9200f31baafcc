#pragma once
#include <span>
namespace gatehouse::rules {
struct Declaration;
std::span<const Declaration* const> all_matches();
std::span<const Declaration* const> all_targets();
}  // namespace gatehouse::rules

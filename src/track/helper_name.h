// The names by which CT --helper and -m helper call helpers, Linux's and ours, and the protocol of each. What
// helpers do is in src/helper; a connection remembers its helper by number (HelperState).
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace gatehouse::track {

struct HelperName {
    std::string_view name;
    std::uint8_t protocol;
};
std::span<const HelperName> all_helper_names();
// How many of them are the engine's own; behind these stand those that a program has added.
extern const std::size_t own_helper_names;
constexpr std::size_t most_added_helpers = 16;
// `name` must outlive the process's use of it. False: there are too many. One thread at a time adds; others
// read what was there when they began.
bool add_helper_name(const HelperName& name);
// Its place in the list.
std::optional<std::uint16_t> find_helper(std::string_view name, std::uint8_t protocol);

}  // namespace gatehouse::track

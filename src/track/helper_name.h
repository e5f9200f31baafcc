// The names by which CT --helper and -m helper call helpers, Linux's and ours, and the protocol of each. What
// helpers do is in src/helper; a connection remembers its helper by number (HelperState).
#pragma once
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
// Its place in the list.
std::optional<std::uint16_t> find_helper(std::string_view name, std::uint8_t protocol);

}  // namespace gatehouse::track

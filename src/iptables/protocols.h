// IP protocols by name and number, the same on every machine: the names that iptables prints on Debian, where
// they come from /etc/protocols.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "wire/address.h"

namespace gatehouse::iptables {

// By name in any case, or by number; `all` is 0.
std::optional<std::uint8_t> parse_protocol(std::string_view text);

// "tcp"; the number where there is no name. 0 is "all".
std::string protocol_text(std::uint8_t number);

// All names, for suggestions.
std::span<const std::string_view> protocol_names();

// The match that `-p` loads when an option needs it: "tcp" for 6, "icmp6" for 58.
std::string_view match_of_protocol(std::uint8_t number);

}  // namespace gatehouse::iptables

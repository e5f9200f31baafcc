// Names that people have for protocols, ICMP types and TCP flags, as scenarios and traces write them.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "wire/fields.h"

namespace gatehouse::wire {

// "tcp", "udp", "icmp", …; "ip" for any other, whose number the word `protocol` gives. Nothing: no such name.
std::optional<std::uint8_t> protocol_number(std::string_view name);
// "ip" for one without a name.
std::string_view protocol_name(std::uint8_t number);
std::span<const std::string_view> protocol_names();

// "echo-request", "3".
std::optional<std::uint8_t> icmp_type_number(std::string_view name, bool v4);
// "echo-request"; "" for one without a name.
std::string_view icmp_type_name(std::uint8_t type, bool v4);

// packetdrill's letters: F S R P . (or A: ACK) U E W, or "0" for none. Nothing: another letter.
std::optional<std::uint8_t> tcp_flags(std::string_view letters);
std::string flags_text(std::uint8_t flags);

}  // namespace gatehouse::wire

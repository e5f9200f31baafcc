// DiffServ codepoints (RFC 2474) by number and by class (RFC 2597, RFC 3246).
#pragma once
#include "rules/value.h"

namespace gatehouse::rules::value {

inline constexpr Name dscp_classes[] = {
    {"CS0", 0x00},  {"CS1", 0x08},  {"CS2", 0x10},  {"CS3", 0x18},  {"CS4", 0x20},  {"CS5", 0x28},
    {"CS6", 0x30},  {"CS7", 0x38},  {"BE", 0x00},   {"AF11", 0x0a}, {"AF12", 0x0c}, {"AF13", 0x0e},
    {"AF21", 0x12}, {"AF22", 0x14}, {"AF23", 0x16}, {"AF31", 0x1a}, {"AF32", 0x1c}, {"AF33", 0x1e},
    {"AF41", 0x22}, {"AF42", 0x24}, {"AF43", 0x26}, {"EF", 0x2e},
};

inline constexpr Number dscp_number{.max = 63, .metavar = "codepoint", .hexadecimal = true, .digits = 2};
inline constexpr OneOf dscp_class{.names = dscp_classes, .metavar = "DiffServ class", .any_case = true};

}  // namespace gatehouse::rules::value

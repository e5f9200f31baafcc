// The options that iptables has of its own, and which command takes which.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "iptables/command.h"

namespace gatehouse::iptables {

enum class Argument : std::uint8_t { none, required, optional };

struct CoreOption {
    char letter;  // also what stands for it in the parser; '0' for --line-numbers, which has no letter
    std::string_view name;
    Argument argument;
    std::string_view metavar = {};  // for errors
};

std::span<const CoreOption> core_options();
const CoreOption* find_core(char letter);

// The action of a command's letter: 'A' is append. none if the letter isn't a command's.
Action action_of(char letter);
char letter_of(Action action);

// Options that only some commands take, a bit each.
enum OptionBit : std::uint16_t {
    bit_numeric = 1,
    bit_source = 2,
    bit_destination = 4,
    bit_protocol = 8,
    bit_jump = 16,
    bit_exact = 32,
    bit_in = 64,
    bit_out = 128,
    bit_line_numbers = 256,
    bit_counters = 512,
    bit_fragment = 1024,
};
OptionBit bit_of(char letter);  // 0: every command takes it
// What the action refuses.
std::uint16_t refused_by(Action action);

}  // namespace gatehouse::iptables

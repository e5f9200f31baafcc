#include "iptables/options.h"

#include <algorithm>

namespace gatehouse::iptables {

namespace {

constexpr auto no = Argument::none, one = Argument::required, may = Argument::optional;

constexpr CoreOption options[] = {
    {'A', "append", one, "chain rule"},
    {'C', "check", one, "chain rule"},
    {'D', "delete", one, "chain rule|number"},
    {'I', "insert", one, "chain [number] rule"},
    {'R', "replace", one, "chain number rule"},
    {'L', "list", may, "[chain [number]]"},
    {'S', "list-rules", may, "[chain [number]]"},
    {'F', "flush", may, "[chain]"},
    {'Z', "zero", may, "[chain [number]]"},
    {'N', "new-chain", one, "chain"},
    {'X', "delete-chain", may, "[chain]"},
    {'P', "policy", one, "chain ACCEPT|DROP"},
    {'E', "rename-chain", one, "old new"},
    {'t', "table", one, "table"},
    {'4', "ipv4", no},
    {'6', "ipv6", no},
    {'p', "protocol", one, "protocol"},
    {'s', "source", one, "address[/mask][,...]"},
    {'s', "src", one},
    {'d', "destination", one, "address[/mask][,...]"},
    {'d', "dst", one},
    {'i', "in-interface", one, "name[+]"},
    {'o', "out-interface", one, "name[+]"},
    {'f', "fragment", no},
    {'m', "match", one, "name"},
    {'j', "jump", one, "target"},
    {'g', "goto", one, "chain"},
    {'c', "set-counters", one, "packets bytes"},
    {'n', "numeric", no},
    {'v', "verbose", no},
    {'x', "exact", no},
    {'0', "line-numbers", no},
    {'w', "wait", may, "[seconds]"},
    {'h', "help", may},
    {'V', "version", no},
};

struct ActionRow {
    Action action;
    char letter;
    std::uint16_t refused;
};
constexpr std::uint16_t listing = bit_numeric | bit_exact | bit_line_numbers;
constexpr std::uint16_t of_rules =
    bit_source | bit_destination | bit_protocol | bit_jump | bit_in | bit_out | bit_fragment;
constexpr ActionRow actions[] = {
    {Action::append, 'A', listing},
    {Action::insert, 'I', listing},
    {Action::remove, 'D', listing | bit_counters},
    {Action::remove_number, 'D', listing | of_rules | bit_counters},
    {Action::check, 'C', listing | bit_counters},
    {Action::replace, 'R', listing},
    {Action::list, 'L', of_rules | bit_counters},
    {Action::list_rules, 'S', listing | of_rules | bit_counters},
    {Action::flush, 'F', listing | of_rules | bit_counters},
    {Action::zero, 'Z', listing | of_rules | bit_counters},
    {Action::zero_number, 'Z', listing | of_rules | bit_counters},
    {Action::new_chain, 'N', listing | of_rules | bit_counters},
    {Action::delete_chain, 'X', listing | of_rules | bit_counters},
    {Action::rename_chain, 'E', listing | of_rules | bit_counters},
    {Action::set_policy, 'P', listing | of_rules},
};

}  // namespace

std::span<const CoreOption> core_options() { return options; }

const CoreOption* find_core(char letter) {
    if (letter == '0') return nullptr;
    const auto* found = std::ranges::find(options, letter, &CoreOption::letter);
    return found == std::end(options) ? nullptr : found;
}

Action action_of(char letter) {
    const auto* found = std::ranges::find(actions, letter, &ActionRow::letter);
    return found == std::end(actions) ? Action::none : found->action;
}

char letter_of(Action action) {
    const auto* found = std::ranges::find(actions, action, &ActionRow::action);
    return found == std::end(actions) ? '?' : found->letter;
}

std::uint16_t refused_by(Action action) {
    const auto* found = std::ranges::find(actions, action, &ActionRow::action);
    return found == std::end(actions) ? 0 : found->refused;
}

OptionBit bit_of(char letter) {
    switch (letter) {
        case 'n': return bit_numeric;
        case 's': return bit_source;
        case 'd': return bit_destination;
        case 'p': return bit_protocol;
        case 'j':
        case 'g': return bit_jump;
        case 'x': return bit_exact;
        case 'i': return bit_in;
        case 'o': return bit_out;
        case '0': return bit_line_numbers;
        case 'c': return bit_counters;
        case 'f': return bit_fragment;
        default: return OptionBit{};
    }
}

}  // namespace gatehouse::iptables

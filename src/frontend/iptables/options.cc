#include "frontend/iptables/options.h"

#include <algorithm>
#include <fmt/format.h>

namespace gatehouse::frontend::iptables {

namespace {

constexpr auto no = Argument::none, one = Argument::required, may = Argument::optional;

constexpr CoreOption options[] = {
    {'A', "append", one, "chain rule", "put a rule at the end of a chain"},
    {'C', "check", one, "chain rule", "say whether a chain has the rule"},
    {'D', "delete", one, "chain rule|number", "take a rule out of a chain"},
    {'I', "insert", one, "chain [number] rule", "put a rule before the numbered one (1: first)"},
    {'R', "replace", one, "chain number rule", "put a rule in the place of another"},
    {'L', "list", may, "[chain [number]]", "show the rules of a chain or of all as a table"},
    {'S', "list-rules", may, "[chain [number]]", "show the rules as commands"},
    {'F', "flush", may, "[chain]", "take all rules out of a chain or of all"},
    {'Z', "zero", may, "[chain [number]]", "set counters to zero"},
    {'N', "new-chain", one, "chain", "make a user chain"},
    {'X', "delete-chain", may, "[chain]", "delete an empty user chain that nothing refers to, or all"},
    {'P', "policy", one, "chain ACCEPT|DROP", "what becomes of packets at a built-in chain's end"},
    {'E', "rename-chain", one, "old new", "give a user chain another name"},
    {'t', "table", one, "table", "the table, `filter` if not given"},
    {'4', "ipv4", no, "", "for ip6tables-restore: pass over the line"},
    {'6', "ipv6", no, "", "for iptables-restore: pass over the line"},
    {'p', "protocol", one, "protocol", "[!] by number or name"},
    {'s', "source", one, "address[/mask][,...]", "[!] the packet's source"},
    {'s', "src", one},
    {'d', "destination", one, "address[/mask][,...]", "[!] the packet's destination"},
    {'d', "dst", one},
    {'i', "in-interface", one, "name[+]", "[!] where the packet came in"},
    {'o', "out-interface", one, "name[+]", "[!] where the packet leaves"},
    {'f', "fragment", no, "", "[!] second and further fragments (IPv4)"},
    {'m', "match", one, "name", "ask another match, too"},
    {'j', "jump", one, "target", "what to do with the packet: a target or a user chain"},
    {'g', "goto", one, "chain", "go on in a user chain without coming back"},
    {'c', "set-counters", one, "packets bytes", "give the rule or policy these counters"},
    {'n', "numeric", no, "", "list: numbers, no names"},
    {'v', "verbose", no, "", "say more; list: with counters and interfaces"},
    {'x', "exact", no, "", "list: counters in full"},
    {'0', "line-numbers", no, "", "list: with the rules' numbers"},
    {'w', "wait", may, "[seconds]", "wait for the ruleset file's lock"},
    {'h', "help", may, "", "this text; after -m, -j or -p: help on the extension"},
    {'V', "version", no, "", "the version"},
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

std::string general_help(bool v6) {
    const std::string_view tool = v6 ? "ip6tables" : "iptables";
    std::string out = fmt::format(
        "usage: gatehouse {} [--ruleset FILE] [-t table] COMMAND [rule]\n"
        "The ruleset is the iptables-save text in FILE, or else in the file that ${} names.\n\n",
        tool, v6 ? "GATEHOUSE_RULESET6" : "GATEHOUSE_RULESET");
    for (const auto& option : options) {
        if (option.help.empty()) continue;
        std::string left = option.letter == '0' ? "    " : fmt::format("-{}, ", option.letter);
        left += fmt::format("--{} {}", option.name, option.metavar);
        out += fmt::format("  {:<38} {}\n", left, option.help);
    }
    return out;
}

}  // namespace gatehouse::frontend::iptables

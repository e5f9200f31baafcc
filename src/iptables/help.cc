#include "iptables/help.h"

#include <fmt/format.h>

#include "iptables/protocols.h"
#include "rules/draft.h"

namespace gatehouse::iptables {

std::string general_help(Family family) {
    return fmt::format(
        R"(usage: {0} -[ACD] CHAIN RULE [OPTIONS]
       {0} -I CHAIN [NUMBER] RULE [OPTIONS]
       {0} -R CHAIN NUMBER RULE [OPTIONS]
       {0} -D CHAIN NUMBER [OPTIONS]
       {0} -[LS] [CHAIN [NUMBER]] [OPTIONS]
       {0} -[FZ] [CHAIN] [OPTIONS]
       {0} -[NX] CHAIN
       {0} -E OLD-CHAIN NEW-CHAIN
       {0} -P CHAIN POLICY
       {0} -h (with -m MATCH or -j TARGET: that extension's help, too)

on the ruleset file given by --ruleset FILE or $GATEHOUSE_RULESET

rules
  [!] -p, --protocol PROTOCOL        by number or name
  [!] -s, --source ADDRESS[/MASK][,…]
  [!] -d, --destination ADDRESS[/MASK][,…]
  [!] -i, --in-interface NAME[+]     + stands for any ending
  [!] -o, --out-interface NAME[+]
{1}  -m, --match MATCH                  with its options
  -j, --jump TARGET                  with its options; a chain is a target, too
  -g, --goto CHAIN                   without coming back
  -c, --set-counters PACKETS BYTES

options
  -t, --table TABLE                  filter, nat, mangle, raw, security, debug
  -v, --verbose   -n, --numeric   -x, --exact   --line-numbers
  -w, --wait [SECONDS]               waits for the ruleset's lock; without a number, as long as it takes
  -V, --version
)",
        is_v4(family) ? "iptables" : "ip6tables",
        is_v4(family) ? "  [!] -f, --fragment                 second and further fragments\n" : "");
}

namespace {

std::string listed(const std::vector<std::string>& all) {
    std::string text;
    for (const auto& one : all) text += (text.empty() ? "" : ", ") + one;
    return text;
}

// The options of these groups, but for `except`.
std::string members(const rules::Declaration& declaration, std::uint32_t groups,
                    const rules::OptionInfo* except = nullptr) {
    std::vector<std::string> names;
    for (const auto& option : declaration.options) {
        if (&option != except && (option.traits.group & groups) != 0)
            names.push_back(fmt::format("--{}", option.name));
    }
    return listed(names);
}

template <class Place>
std::string hook_names(const Place& place) {
    std::vector<std::string> names;
    for (unsigned h = 0; h < hook_count; ++h) {
        if ((place.hooks >> h & 1) != 0) names.emplace_back(name(static_cast<Hook>(h)));
    }
    return names.size() == hook_count ? "any" : listed(names);
}

std::string protocols_of(const rules::Declaration& declaration) {
    std::vector<std::string> names;
    for (const auto protocol : declaration.protocols) names.push_back(protocol_text(protocol));
    return listed(names);
}

}  // namespace

std::string option_spelling(const rules::OptionInfo& option) {
    std::string text = fmt::format("{}--{}", option.traits.invertible ? "[!] " : "", option.name);
    if (!option.metavar.empty()) text += fmt::format(" {}", option.metavar);
    return text;
}

std::vector<std::string> option_limits(const rules::Declaration& declaration,
                                       const rules::OptionInfo& option) {
    std::vector<std::string> limits;
    if (option.bounds.high != 0)
        limits.push_back(fmt::format("{} to {}", option.bounds.low, option.bounds.high));
    if (!option.names.empty()) {
        std::vector<std::string> names;
        for (const auto& name : option.names) names.emplace_back(name.name);
        limits.push_back((option.bounds.high != 0 ? "or one of " : "one of ") + listed(names));
    }
    if (!option.traits.alias.empty()) limits.push_back(fmt::format("also --{}", option.traits.alias));
    if (option.traits.required) limits.emplace_back("must be given");
    const std::string others =
        option.traits.group == 0 ? "" : members(declaration, option.traits.group, &option);
    if (!others.empty()) limits.push_back("not with " + others);
    if (option.traits.needs_group != 0)
        limits.push_back((option.traits.behind ? "only behind one of " : "only with one of ") +
                         members(declaration, option.traits.needs_group));
    return limits;
}

std::vector<std::pair<std::string, std::string>> extension_facts(const rules::Declaration& declaration) {
    std::vector<std::pair<std::string, std::string>> facts;
    facts.emplace_back("families", declaration.families == rules::any_family ? "IPv4, IPv6"
                                   : declaration.families == rules::v4_only  ? "IPv4"
                                                                             : "IPv6");
    std::vector<std::string> tables;
    for (const auto& table : rules::all_tables()) {
        if ((declaration.tables & table.table) != 0) tables.emplace_back(table.name);
    }
    facts.emplace_back("tables", tables.size() == rules::all_tables().size() ? "any" : listed(tables));
    facts.emplace_back("hooks", hook_names(declaration));
    if (!declaration.protocols.empty()) facts.emplace_back("protocols", protocols_of(declaration));
    for (std::uint32_t group = 1; group != 0; group <<= 1) {
        if ((declaration.required_groups & group) != 0)
            facts.emplace_back("must be given", "one of " + members(declaration, group));
    }
    facts.emplace_back("acts", declaration.step != nullptr
                                   ? "yes"
                                   : fmt::format("not yet; it is read, shown and saved, and needs {}",
                                                 rules::words(declaration.need)));
    return facts;
}

std::string extension_help(const rules::Declaration& declaration) {
    std::string out = fmt::format("{}: {}\n", declaration.name, declaration.help);
    for (const auto& [what, value] : extension_facts(declaration))
        out += fmt::format("  {}: {}\n", what, value);
    for (const auto& option : declaration.options) {
        const std::string indent(option.traits.invertible ? 2 : 6, ' ');
        const std::string left = indent + option_spelling(option);
        out += left.size() <= 44 ? fmt::format("{:<44} {}\n", left, option.traits.help)
                                 : fmt::format("{}\n{:<44} {}\n", left, "", option.traits.help);
        for (const auto& limit : option_limits(declaration, option))
            out += fmt::format("{:<44} {}\n", "", limit);
    }
    return out;
}

}  // namespace gatehouse::iptables

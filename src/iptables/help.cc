#include "iptables/help.h"

#include <fmt/format.h>

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
  -w, --wait [SECONDS]               the file's lock is always waited for
  -V, --version
)",
        is_v4(family) ? "iptables" : "ip6tables",
        is_v4(family) ? "  [!] -f, --fragment                 second and further fragments\n" : "");
}

std::string extension_help(const rules::Declaration& declaration) {
    std::string out = fmt::format("{}: {}\n", declaration.name, declaration.help);
    for (const auto& option : declaration.options) {
        std::string left = option.traits.invertible ? "[!] --" : "    --";
        left += option.name;
        if (!option.metavar.empty()) left += fmt::format(" {}", option.metavar);
        out += fmt::format("  {:<38} {}", left, option.traits.help);
        if (!option.traits.alias.empty()) out += fmt::format(" (also --{})", option.traits.alias);
        if (option.traits.required) out += " (must be given)";
        out += "\n";
    }
    if (declaration.step == nullptr)
        out += fmt::format("  It can be kept in rulesets; to act it needs {}.\n",
                           rules::words(declaration.need));
    return out;
}

}  // namespace gatehouse::iptables

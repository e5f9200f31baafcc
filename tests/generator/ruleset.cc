#include "ruleset.h"

#include <algorithm>
#include <fmt/format.h>
#include <functional>
#include <set>

#include "base/text.h"
#include "iptables/restore.h"
#include "network.h"
#include "rules/registry.h"
#include "values.h"
#include "wire/protocol.h"

namespace gatehouse::generator {
namespace {

struct Table {
    const char* name;
    std::vector<const char*> chains;
};
const std::vector<Table>& tables() {
    static const std::vector<Table> all{
        {"debug", {"PREROUTING", "OUTPUT"}},
        {"raw", {"PREROUTING", "OUTPUT"}},
        {"mangle", {"PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"}},
        {"filter", {"INPUT", "FORWARD", "OUTPUT"}},
        {"security", {"INPUT", "FORWARD", "OUTPUT"}}};
    return all;
}
constexpr unsigned user_chains = 3;

std::set<std::string, std::less<>> only_these;

// What translates addresses wants the nat table, which isn't drawn, or (SNPT, DNPT) prefixes of a network of
// its own; CONNSECMARK a kernel with a security module; connlimit's counts depend on when the kernel sweeps
// them; and SYNPROXY's cookies are each side's own (tests/synproxy compares it). The kernel has more
// processors than the engine.
bool is_drawn(const rules::Declaration& declaration) {
    return declaration.step != nullptr && rules::is_there(declaration.need) &&
           declaration.need != rules::Need::nat && declaration.need != rules::Need::nat64 &&
           declaration.name != "CONNSECMARK" && declaration.name != "connlimit" &&
           declaration.name != "SYNPROXY" && !declaration.name.ends_with("NPT") &&
           declaration.name != "cpu" && (declaration.name != "TEE" || only_these.contains("TEE"));
}

std::vector<const rules::Declaration*> acting(std::span<const rules::Declaration* const> all, Family family) {
    std::vector<const rules::Declaration*> found;
    for (const auto* declaration : all) {
        if (is_drawn(*declaration) && (declaration->families & rules::bit(family)) != 0)
            // The more there is to ask, the more often.
            found.insert(found.end(), 1 + declaration->options.size() / 4, declaration);
    }
    const auto named = [](const auto* declaration) { return only_these.contains(declaration->name); };
    if (std::ranges::any_of(found, named)) std::erase_if(found, std::not_fn(named));
    return found;
}

std::string address(Draw& draw) {
    const auto& text = draw.chance(85) ? draw.of(hosts(draw.family)) : draw.of(special(draw.family));
    const unsigned most = address_bits(draw.family);
    if (draw.chance(30)) return text;
    if (is_v4(draw.family) && draw.chance(10)) return text + "/255.0.255.3";
    return fmt::format("{}/{}", text, draw.chance(90) ? draw.number(most - 8, most) : draw.number(0, most));
}

std::string selectors(Draw& draw, std::uint8_t protocol) {
    std::string out;
    const auto inverted = [&](unsigned percent) { return draw.chance(percent) ? " !" : ""; };
    if (draw.chance(20)) out += fmt::format("{} -s {}", inverted(35), address(draw));
    if (draw.chance(20)) out += fmt::format("{} -d {}", inverted(35), address(draw));
    if (draw.chance(12))
        out += fmt::format("{} -i {}", inverted(40), draw.word({"lan", "wan", "dmz", "w+", "eth0"}));
    if (draw.chance(12))
        out += fmt::format("{} -o {}", inverted(40), draw.word({"lan", "wan", "dmz", "d+", "eth0"}));
    if (protocol != 0) {
        out += fmt::format(" -p {}", protocol);
        draw.edges.protocols.push_back(protocol);
    } else if (draw.chance(15)) {
        const auto any = draw.among({1u, 6u, 17u, 58u, 50u, 51u, 132u, 253u});
        out += fmt::format("{} -p {}", inverted(40), any);
        draw.edges.protocols.push_back(static_cast<std::uint8_t>(any));
    }
    if (is_v4(draw.family) && draw.chance(6)) out += fmt::format("{} -f", inverted(50));
    return out;
}

std::string target(Draw& draw, const std::vector<const rules::Declaration*>& targets, unsigned chain,
                   std::uint8_t& protocol) {
    if (draw.chance(20)) return "";
    if (draw.chance(25) && chain < user_chains)
        return fmt::format(" -{} u{}", draw.chance(70) ? "j" : "g", draw.number(chain + 1, user_chains));
    if (draw.chance(25)) return " -j " + draw.word({"ACCEPT", "ACCEPT", "RETURN", "RETURN", "DROP", "QUEUE"});
    const rules::Declaration& chosen = *draw.of(targets);
    if (!chosen.protocols.empty()) protocol = chosen.protocols.front();
    const std::string options = extension_text(chosen, draw);
    if (options.contains("--helper")) protocol = 6;
    if ((chosen.name == "REJECT" || chosen.name == "ECN") && draw.chance(40)) protocol = 6;
    if (chosen.name.starts_with("TCP")) protocol = 6;
    // Only a first segment's size may be changed.
    const std::string_view first = chosen.name == "TCPMSS" ? " -m tcp --tcp-flags SYN,RST SYN" : "";
    if (!first.empty()) draw.edges.tcp_flags.insert(draw.edges.tcp_flags.end(), {2, 2, 2});
    return fmt::format("{} -j {}{}", first, chosen.name, options);
}

// The IPv6 extension header that a match asks about.
std::optional<std::uint8_t> header_of(std::string_view match) {
    using namespace wire::protocol;
    static constexpr std::pair<std::string_view, std::uint8_t> all[] = {{"rt", routing},
                                                                        {"srh", routing},
                                                                        {"frag", fragment},
                                                                        {"hbh", hop_by_hop},
                                                                        {"dst", destination_options}};
    for (const auto& [name, header] : all) {
        if (name == match) return header;
    }
    return {};
}

// A match that puts into the same list what the one with `options` looks for there.
std::string remembered_before(std::string_view options) {
    if (options.contains("--set")) return "";
    std::string out = " -m recent --set";
    const auto all = split(options, ' ');
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (all[i] == "--rsource" || all[i] == "--rdest") out += fmt::format(" {}", all[i]);
        if (all[i] == "--name" || all[i] == "--mask") out += fmt::format(" {} {}", all[i], all.at(i + 1));
    }
    return out;
}

// `chain`: 0 for a built-in one, else the user chain's number. Jumps lead to higher numbers only.
std::string rule(Draw& draw, std::string_view name, unsigned chain) {
    const auto matches = acting(rules::all_matches(), draw.family);
    const auto targets = acting(rules::all_targets(), draw.family);
    std::uint8_t protocol = 0;
    const std::string last = target(draw, targets, chain, protocol);
    std::string middle;
    for (std::uint32_t more = draw.random.below(10) < 7 ? 1 : draw.random.below(3); more > 0; --more) {
        const rules::Declaration& match = *draw.of(matches);
        if (!match.protocols.empty()) {
            const auto wanted =
                match.protocols[draw.random.below(static_cast<std::uint32_t>(match.protocols.size()))];
            if (protocol != 0 && protocol != wanted) continue;
            protocol = wanted;
        }
        const std::string options = extension_text(match, draw);
        if (match.name == "ah") draw.edges.protocols.insert(draw.edges.protocols.end(), {51, 51});
        if (match.name == "ecn" && options.find("tcp") != std::string::npos) protocol = 6;
        if (const auto header = header_of(match.name)) draw.edges.headers.push_back(*header);
        if (match.name == "recent" && draw.chance(50)) middle += remembered_before(options);
        middle += fmt::format(" -m {}{}", match.name, options);
    }
    return fmt::format("[0:0] -A {}{}{}{}", name, selectors(draw, protocol), middle, last);
}

std::string head(const Table& table, Draw* draw) {
    std::string out = fmt::format("*{}\n", table.name);
    for (const char* chain : table.chains)
        out += fmt::format(":{} {} [0:0]\n", chain, draw != nullptr && draw->chance(6) ? "DROP" : "ACCEPT");
    for (unsigned i = 1; i <= user_chains; ++i) out += fmt::format(":u{} - [0:0]\n", i);
    return out;
}

// A rule that validates where it stands alone.
std::string good_rule(Draw& draw, const Table& table, std::string_view name, unsigned chain) {
    for (int attempt = 0; attempt < 40; ++attempt) {
        const std::string line = rule(draw, name, chain);
        if (validated(fmt::format("{}{}\nCOMMIT\n", head(table, nullptr), line), draw.family))
            return line + "\n";
    }
    return "";
}

std::string without_line(std::string_view text, int number) {
    std::string out;
    int at = 0;
    for (const auto line : split(text, '\n')) {
        if (++at != number && !line.empty()) out += std::string(line) + "\n";
    }
    return out;
}

// The kernel knows no table that sees fragments before tracking puts them together: `debug` becomes `raw`.
std::string without_early_table(std::string text, const rules::Ruleset& ruleset) {
    return ruleset.needs_tracking() || ruleset.needs_datagrams() ? for_kernel(std::move(text)) : text;
}

}  // namespace

std::string for_kernel(std::string text) {
    if (const auto at = text.find("*debug"); at != std::string::npos) text.replace(at, 6, "*raw");
    return text;
}

void draw_only(std::span<const std::string> names) { only_these = {names.begin(), names.end()}; }

Result<rules::Ruleset> validated(std::string_view text, Family family) {
    return iptables::read_restore(text, "rules", family);
}

std::string random_ruleset(Draw& draw) {
    std::string text;
    for (const auto& table : tables()) {
        const std::string_view name = table.name;
        if (!draw.chance(name == "security" ? 30 : name == "debug" ? 15 : 65)) continue;
        if (name == "raw" && text.contains("*debug")) continue;
        text += head(table, &draw);
        for (const char* chain : table.chains) {
            for (std::uint32_t more = draw.random.below(5); more > 0; --more)
                text += good_rule(draw, table, chain, 0);
        }
        for (unsigned i = 1; i <= user_chains; ++i) {
            for (std::uint32_t more = draw.random.below(4); more > 0; --more)
                text += good_rule(draw, table, fmt::format("u{}", i), i);
        }
        text += "COMMIT\n";
    }
    if (text.empty()) text = head(tables().back(), &draw) + "COMMIT\n";
    // A rule can be right alone and wrong where a chain that jumps to it may not have it.
    for (;;) {
        const auto ruleset = validated(text, draw.family);
        if (ruleset) return without_early_table(std::move(text), *ruleset);
        if (ruleset.error().place.line == 0) throw std::runtime_error(ruleset.error().text() + "\n" + text);
        text = without_line(text, ruleset.error().place.line);
    }
}

}  // namespace gatehouse::generator

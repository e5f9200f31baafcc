#include "frontend/scenario/debug_table.h"

#include <algorithm>
#include <fmt/format.h>
#include <vector>

#include "base/text.h"
#include "iptables/restore.h"
#include "iptables/save.h"

namespace gatehouse::frontend::scenario {

namespace {

constexpr std::string_view prefix = "debug-", policy_suffix = "-policy";

// A table of iptables-save's text, which never puts anything between its chains' lines and its rules'.
struct Section {
    std::string_view table;
    std::vector<std::string_view> chains;  // ":PREROUTING ACCEPT [0:0]"
    std::vector<std::string_view> rules;   // "[0:0] -A PREROUTING -j TRACE"
};

std::vector<Section> sections_of(std::string_view text) {
    std::vector<Section> all;
    for (const auto line : split(text, '\n')) {
        if (line.starts_with('*')) all.push_back({.table = line.substr(1), .chains = {}, .rules = {}});
        if (line.starts_with(':')) all.back().chains.push_back(line);
        if (line.starts_with('[')) all.back().rules.push_back(line);
    }
    return all;
}

const Section* find(const std::vector<Section>& sections, std::string_view table) {
    const auto at = std::ranges::find(sections, table, &Section::table);
    return at == sections.end() ? nullptr : &*at;
}

std::string_view chain_of(std::string_view chain_line) {
    return chain_line.substr(1, chain_line.find(' ') - 1);
}
bool is_base(std::string_view chain_line) {
    return !chain_line.substr(chain_line.find(' ')).starts_with(" - ");
}
std::string_view policy_of(std::string_view chain_line) {
    const auto from = chain_line.find(' ') + 1;
    return chain_line.substr(from, chain_line.find(' ', from) - from);
}

struct Rule {
    std::string_view counters, chain, rest;  // "[0:0]", "PREROUTING", " -j TRACE"
};
Rule read_rule(std::string_view line) {
    constexpr std::string_view add = " -A ";
    const auto at = line.find(add), from = at + add.size();
    const auto end = std::min(line.find(' ', from), line.size());
    return {line.substr(0, at), line.substr(from, end - from), line.substr(end)};
}

// The rest of a rule with another target. What stands at a rule's end without a quotation mark is its target.
std::string with_target(std::string_view rest, std::string_view old, std::string_view target) {
    return std::string(rest.substr(0, rest.size() - old.size())) + std::string(target);
}

Result<std::string> inside_raw(const Rule& rule, bool base, const Section& debug) {
    constexpr std::string_view accept = " -j ACCEPT", leave = " -j RETURN";
    if (rule.rest.ends_with(accept)) {
        if (!base) return fail("the kernel can't have ACCEPT in a user chain of the table debug");
        return with_target(rule.rest, accept, leave);
    }
    if (base && rule.rest.ends_with(leave))
        return with_target(rule.rest, leave, fmt::format(" -g {}{}{}", prefix, rule.chain, policy_suffix));
    for (const auto chain_line : debug.chains) {
        const auto name = chain_of(chain_line);
        const auto jump = fmt::format(" -j {}", name), go_to = fmt::format(" -g {}", name);
        if (rule.rest.ends_with(jump))
            return with_target(rule.rest, jump, fmt::format(" -j {}{}", prefix, name));
        if (!rule.rest.ends_with(go_to)) continue;
        if (base) return fail("the kernel can't have `-g` in a base chain of the table debug");
        return with_target(rule.rest, go_to, fmt::format(" -g {}{}", prefix, name));
    }
    return std::string(rule.rest);
}

Result<std::string> both_in_raw(const Section& debug, const Section& raw) {
    std::string chains, jumps, rules, policies;
    for (const auto line : raw.chains) chains += fmt::format("{}\n", line);
    std::vector<std::string_view> base;
    for (const auto line : debug.chains) {
        const auto name = chain_of(line);
        chains += fmt::format(":{}{} - [0:0]\n", prefix, name);
        if (!is_base(line)) continue;
        base.push_back(name);
        chains += fmt::format(":{}{}{} - [0:0]\n", prefix, name, policy_suffix);
        jumps += fmt::format("-A {} -j {}{}\n", name, prefix, name);
        policies += fmt::format("-A {0}{1} -g {0}{1}{2}\n-A {0}{1}{2} -j {3}\n", prefix, name, policy_suffix,
                                policy_of(line) == "DROP" ? "DROP" : "RETURN");
    }
    for (const auto line : debug.rules) {
        const Rule rule = read_rule(line);
        const auto rest = inside_raw(rule, std::ranges::find(base, rule.chain) != base.end(), debug);
        if (!rest) return std::unexpected(rest.error());
        rules += fmt::format("{} -A {}{}{}\n", rule.counters, prefix, rule.chain, *rest);
    }
    for (const auto line : raw.rules) jumps += fmt::format("{}\n", line);
    return fmt::format("*raw\n{}{}{}{}COMMIT\n", chains, jumps, rules, policies);
}

void append(std::string& out, const Section& section, std::string_view table) {
    out += fmt::format("*{}\n", table);
    for (const auto line : section.chains) out += fmt::format("{}\n", line);
    for (const auto line : section.rules) out += fmt::format("{}\n", line);
    out += "COMMIT\n";
}

// Takes both_in_raw() back.
void append_apart(std::string& out, const Section& raw) {
    std::string debug_chains, debug_rules, own_chains, own_rules;
    const auto ours = [](std::string_view name) { return name.starts_with(prefix); };
    const auto policy_rule = [&](std::string_view chain) {
        const auto name = fmt::format("{}{}{}", prefix, chain, policy_suffix);
        const auto at = std::ranges::find(raw.rules, name, [](auto line) { return read_rule(line).chain; });
        return at == raw.rules.end() ? std::string_view{} : *at;
    };
    for (const auto line : raw.chains) {
        if (!ours(chain_of(line))) own_chains += fmt::format("{}\n", line);
        const auto policy = policy_rule(chain_of(line));
        if (policy.empty()) continue;
        debug_chains += fmt::format(":{} {} {}\n", chain_of(line),
                                    policy.ends_with("DROP") ? "DROP" : "ACCEPT", read_rule(policy).counters);
    }
    for (const auto line : raw.rules) {
        const Rule rule = read_rule(line);
        const auto last = fmt::format(" -g {}{}", rule.chain, policy_suffix);
        const bool made = rule.rest == last || rule.rest == fmt::format(" -j {}{}", prefix, rule.chain) ||
                          (ours(rule.chain) && rule.chain.ends_with(policy_suffix));
        if (made) continue;
        const auto name = ours(rule.chain) ? rule.chain.substr(prefix.size()) : rule.chain;
        (ours(rule.chain) ? debug_rules : own_rules) +=
            fmt::format("{} -A {}{}\n", rule.counters, name, rule.rest);
    }
    out += fmt::format("*debug\n{}{}COMMIT\n*raw\n{}{}COMMIT\n", debug_chains, debug_rules, own_chains,
                       own_rules);
}

}  // namespace

Result<ForKernel> debug_into_raw(std::string_view text, Family family) {
    if (!text.contains("*debug")) return ForKernel{.text = std::string(text)};
    const auto ruleset = iptables::read_restore(text, "rules", family);
    if (!ruleset) return std::unexpected(ruleset.error());
    const std::string plain = iptables::save(ruleset->tables(), true);
    const auto sections = sections_of(plain);
    const Section* const debug = find(sections, "debug");
    const Section* const raw = find(sections, "raw");
    if (debug == nullptr) return ForKernel{.text = std::string(text)};
    ForKernel made{.text = {}, .holds = raw == nullptr ? RawHolds::debug : RawHolds::both};
    for (const auto& section : sections) {
        if (&section == raw) continue;
        if (&section != debug || raw == nullptr) {
            append(made.text, section, &section == debug ? "raw" : section.table);
            continue;
        }
        const auto both = both_in_raw(*debug, *raw);
        if (!both) return std::unexpected(both.error());
        made.text += *both;
    }
    return made;
}

std::string debug_out_of_raw(std::string_view saved, RawHolds holds) {
    if (holds == RawHolds::raw) return std::string(saved);
    std::string out;
    for (const auto& section : sections_of(saved)) {
        const bool raw = section.table == "raw";
        if (raw && holds == RawHolds::both) {
            append_apart(out, section);
        } else {
            append(out, section, raw ? "debug" : section.table);
        }
    }
    return out;
}

}  // namespace gatehouse::frontend::scenario

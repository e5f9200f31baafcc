#include "iptables/list.h"

#include <algorithm>
#include <fmt/format.h>

#include "iptables/addresses.h"
#include "iptables/carry_out.h"
#include "iptables/protocols.h"
#include "iptables/save.h"

namespace gatehouse::iptables {

namespace {

// 123456 as "123K", as iptables rounds.
std::string short_number(std::uint64_t n) {
    if (n <= 99999) return fmt::format("{}", n);
    for (const char unit : {'K', 'M', 'G'}) {
        n = (n + 500) / 1000;
        if (n <= 9999) return fmt::format("{}{}", n, unit);
    }
    return fmt::format("{}T", (n + 500) / 1000);
}

std::string counter_column(std::uint64_t n, bool exact) {
    return exact ? fmt::format("{:>8} ", n) : fmt::format("{:>5} ", short_number(n));
}

std::string_view policy_name(rules::Policy policy) {
    return policy == rules::Policy::accept ? "ACCEPT" : "DROP";
}

std::string_view target_name(const rules::Target& target, std::string_view goes_to) {
    using rules::TargetKind;
    switch (target.kind) {
        case TargetKind::none: return "";
        case TargetKind::accept: return "ACCEPT";
        case TargetKind::drop: return "DROP";
        case TargetKind::leave: return "RETURN";
        case TargetKind::queue: return "QUEUE";
        case TargetKind::jump:
        case TargetKind::go_to: return goes_to;
        case TargetKind::extension: return target.extension->declaration().name;
    }
    return "";
}

std::string interface_text(const rules::InterfaceSelector& selector, bool numeric) {
    if (selector.pattern.any()) return numeric ? "*" : "any";
    return (selector.inverted ? "!" : "") + selector.pattern.text;
}

std::string_view fragment_text(rules::FragmentSelector fragment) {
    switch (fragment) {
        case rules::FragmentSelector::any: return "--";
        case rules::FragmentSelector::later: return "-f";
        case rules::FragmentSelector::not_later: return "!f";
    }
    return "";
}

void describe_extensions(std::string& out, const rules::RuleDraft& rule, bool numeric) {
    const auto describe = [&](const rules::Extension& extension) {
        const std::string text = extension.list(numeric);
        if (!text.empty()) out += " " + text;
    };
    if (rule.target.kind == rules::TargetKind::go_to) out += "[goto] ";
    for (const auto& match : rule.matches) describe(match);
    if (rule.target.extension) describe(*rule.target.extension);
}

std::string rule_line(const rules::LiveTable& table, const rules::RuleNode& node, std::size_t number,
                      const ListOptions& o) {
    const rules::RuleDraft& rule = node.body->draft();
    const auto& s = rule.selectors;
    std::string out;
    if (o.line_numbers) out += fmt::format("{:<4} ", number);
    if (o.verbose)
        out += counter_column(node.counters.packets, o.exact) + counter_column(node.counters.bytes, o.exact);
    const std::string protocol = o.numeric ? fmt::format("{}", s.protocol) : protocol_text(s.protocol);
    const std::string_view fragment = fragment_text(s.fragment);
    out += fmt::format("{:<9} {}{:<4} {} ", target_name(rule.target, table.goes_to(*node.body)),
                       s.protocol_inverted ? '!' : ' ', protocol, fragment);
    if (o.verbose)
        out +=
            fmt::format(" {:<6} {:<6} ", interface_text(s.in, o.numeric), interface_text(s.out, o.numeric));
    out += fmt::format("{}{:<19} {}{:<19} ", s.source.inverted ? '!' : ' ',
                       list_address(s.source, s.family, o.numeric), s.destination.inverted ? '!' : ' ',
                       list_address(s.destination, s.family, o.numeric));
    describe_extensions(out, rule, o.numeric);
    return out + "\n";
}

std::string chain_header(const rules::Chain& chain, std::size_t references, const ListOptions& o) {
    std::string out;
    if (chain.base) {
        out += fmt::format("Chain {} (policy {}", chain.name, policy_name(chain.policy));
        const auto number = [&](std::uint64_t n) { return o.exact ? fmt::format("{}", n) : short_number(n); };
        if (o.verbose)
            out += fmt::format(" {} packets, {} bytes", number(chain.counters.packets),
                               number(chain.counters.bytes));
        out += ")\n";
    } else {
        out += fmt::format("Chain {} ({} references)\n", chain.name, references);
    }
    if (o.line_numbers) out += "num  ";
    if (o.verbose) out += o.exact ? "    pkts      bytes " : " pkts bytes ";
    out += "target     prot opt ";
    if (o.verbose) out += "in     out     ";
    out += "source               destination         \n";
    return out;
}

}  // namespace

std::string describe_rule(const rules::RuleDraft& rule) {
    const auto& s = rule.selectors;
    std::string out =
        fmt::format("{} {}{} opt {} in {} out {} {}{} {}-> {}  ", target_name(rule.target, rule.target.chain),
                    s.protocol_inverted ? '!' : ' ', protocol_text(s.protocol), fragment_text(s.fragment),
                    interface_text(s.in, true), interface_text(s.out, true), s.source.inverted ? '!' : ' ',
                    list_address(s.source, s.family, true), s.destination.inverted ? '!' : ' ',
                    list_address(s.destination, s.family, true));
    describe_extensions(out, rule, true);
    return out;
}

std::string list_table(const rules::Ruleset& ruleset, std::string_view name, const ListOptions& o) {
    const rules::LiveTable& table = *ruleset.tables().find(name);
    std::string out;
    for (const auto* chain : in_order(table)) {
        if (!o.chain.empty() && chain->name != o.chain) continue;
        if (o.rule) {
            if (*o.rule <= chain->spine.size())
                out += rule_line(table, chain->spine.at(*o.rule - 1), *o.rule, o);
            continue;
        }
        if (!out.empty()) out += "\n";
        out += chain_header(*chain, ruleset.references(name, chain->name), o);
        std::size_t number = 0;
        chain->spine.for_each(
            [&](const rules::RuleNode& node) { out += rule_line(table, node, ++number, o); });
    }
    return out;
}

std::string list_commands(const rules::LiveTable& table, const ListOptions& o) {
    std::string out;
    const auto shown = [&](const rules::Chain& chain) { return o.chain.empty() || chain.name == o.chain; };
    for (const auto* chain : in_order(table)) {
        if (!shown(*chain) || o.rule) continue;
        out += chain->base ? fmt::format("-P {} {}", chain->name, policy_name(chain->policy))
                           : fmt::format("-N {}", chain->name);
        if (o.verbose && chain->base)
            out += fmt::format(" -c {} {}", chain->counters.packets, chain->counters.bytes);
        out += "\n";
    }
    for (const auto* chain : in_order(table)) {
        if (!shown(*chain)) continue;
        std::size_t number = 0;
        chain->spine.for_each([&](const rules::RuleNode& node) {
            if (o.rule && *o.rule != ++number) return;
            save_rule(out, table, chain->name, node, o.verbose ? Show::counters : Show::rule);
            out += "\n";
        });
    }
    return out;
}

}  // namespace gatehouse::iptables

#include "iptables/save.h"

#include <fmt/format.h>
#include <iterator>

#include "iptables/addresses.h"
#include "iptables/carry_out.h"
#include "iptables/protocols.h"

namespace gatehouse::iptables {

namespace {

void save_selectors(std::string& out, const rules::Selectors& s) {
    const auto address = [&](const rules::AddressSelector& selector, std::string_view option) {
        if (selector.any()) return;
        out += selector.inverted ? " ! " : " ";
        out += option;
        out += ' ';
        save_address(out, selector, s.family);
    };
    const auto interface = [&](const rules::InterfaceSelector& selector, std::string_view option) {
        if (selector.pattern.any()) return;
        out += fmt::format("{} {} {}", selector.inverted ? " !" : "", option, selector.pattern.text);
    };
    address(s.source, "-s");
    address(s.destination, "-d");
    interface(s.in, "-i");
    interface(s.out, "-o");
    if (s.protocol != 0)
        out += fmt::format("{} -p {}", s.protocol_inverted ? " !" : "", protocol_text(s.protocol));
    if (s.fragment != rules::FragmentSelector::any)
        out += s.fragment == rules::FragmentSelector::later ? " -f" : " ! -f";
}

void save_target(std::string& out, const rules::Target& target, std::string_view goes_to) {
    using rules::TargetKind;
    switch (target.kind) {
        case TargetKind::none: return;
        case TargetKind::accept: out += " -j ACCEPT"; return;
        case TargetKind::drop: out += " -j DROP"; return;
        case TargetKind::leave: out += " -j RETURN"; return;
        case TargetKind::queue: out += " -j QUEUE"; return;
        case TargetKind::jump: (out += " -j ") += goes_to; return;
        case TargetKind::go_to: (out += " -g ") += goes_to; return;
        case TargetKind::extension:
            ((out += " -j ") += target.extension->declaration().name) += target.extension->save();
            return;
    }
}

using Write = std::function<void(std::string_view)>;
constexpr std::size_t piece = 64 << 10;

void save_table(const rules::LiveTable& table, bool counters, const Write& write) {
    std::string out;
    const auto chains = in_order(table);
    out += fmt::format("*{}\n", table.name);
    for (const auto* chain : chains) {
        const std::string_view policy = !chain->base                             ? "-"
                                        : chain->policy == rules::Policy::accept ? "ACCEPT"
                                                                                 : "DROP";
        out += fmt::format(":{} {} [{}:{}]\n", chain->name, policy, chain->counters.packets,
                           chain->counters.bytes);
    }
    for (const auto* chain : chains) {
        chain->spine.for_each([&](const rules::RuleNode& node) {
            if (counters)
                fmt::format_to(std::back_inserter(out), "[{}:{}] ", node.counters.packets,
                               node.counters.bytes);
            save_rule(out, table, chain->name, node);
            out += '\n';
            if (out.size() < piece) return;
            write(out);
            out.clear();
        });
    }
    out += "COMMIT\n";
    write(out);
}

}  // namespace

void save_rule(std::string& out, const rules::LiveTable& table, std::string_view chain,
               const rules::RuleNode& node, Show show) {
    const rules::RuleDraft& rule = node.body->draft();
    (out += "-A ") += chain;
    save_selectors(out, rule.selectors);
    for (const auto& match : rule.matches) ((out += " -m ") += match.declaration().name) += match.save();
    if (show == Show::counters) out += fmt::format(" -c {} {}", node.counters.packets, node.counters.bytes);
    save_target(out, rule.target, table.goes_to(*node.body));
}

void save(const rules::Tables& tables, bool counters, const Write& write) {
    for (const auto& table : tables.all()) save_table(table, counters, write);
}

std::string save(const rules::Tables& tables, bool counters) {
    std::string out;
    save(tables, counters, [&](std::string_view text) { out += text; });
    return out;
}

}  // namespace gatehouse::iptables

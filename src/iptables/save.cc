#include "iptables/save.h"

#include <algorithm>
#include <fmt/format.h>
#include <functional>

#include "iptables/addresses.h"
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

void save_target(std::string& out, const rules::Target& target) {
    using rules::TargetKind;
    switch (target.kind) {
        case TargetKind::none: return;
        case TargetKind::accept: out += " -j ACCEPT"; return;
        case TargetKind::drop: out += " -j DROP"; return;
        case TargetKind::leave: out += " -j RETURN"; return;
        case TargetKind::queue: out += " -j QUEUE"; return;
        case TargetKind::jump: out += " -j " + target.chain; return;
        case TargetKind::go_to: out += " -g " + target.chain; return;
        case TargetKind::extension:
            out += fmt::format(" -j {}{}", target.extension->declaration().name, target.extension->save());
            return;
    }
}

// One chain, wherever its rules are kept.
struct ChainView {
    std::string_view name;
    std::optional<rules::Policy> policy;
    rules::Counters counters;
    std::size_t rules;
    std::function<std::pair<const rules::RuleDraft*, rules::Counters>(std::size_t)> rule;
};

void save_table(std::string& out, std::string_view name, std::vector<ChainView> chains, bool counters) {
    std::ranges::stable_sort(chains, [](const ChainView& a, const ChainView& b) {
        if (a.policy.has_value() != b.policy.has_value()) return a.policy.has_value();
        return !a.policy && a.name < b.name;
    });
    out += fmt::format("*{}\n", name);
    for (const auto& chain : chains) {
        const std::string_view policy = !chain.policy                            ? "-"
                                        : *chain.policy == rules::Policy::accept ? "ACCEPT"
                                                                                 : "DROP";
        out +=
            fmt::format(":{} {} [{}:{}]\n", chain.name, policy, chain.counters.packets, chain.counters.bytes);
    }
    for (const auto& chain : chains) {
        for (std::size_t i = 0; i < chain.rules; ++i) {
            const auto [rule, count] = chain.rule(i);
            if (counters) out += fmt::format("[{}:{}] ", count.packets, count.bytes);
            out += save_rule(*rule, chain.name);
            out += '\n';
        }
    }
    out += "COMMIT\n";
}

}  // namespace

std::string save_rule(const rules::RuleDraft& rule, std::string_view chain, bool counters) {
    std::string out = fmt::format("-A {}", chain);
    save_selectors(out, rule.selectors);
    for (const auto& match : rule.matches)
        out += fmt::format(" -m {}{}", match.declaration().name, match.save());
    if (counters) out += fmt::format(" -c {} {}", rule.counters.packets, rule.counters.bytes);
    save_target(out, rule.target);
    return out;
}

std::string save(const rules::Draft& draft, bool counters) {
    std::string out;
    for (const auto& table : draft.tables) {
        std::vector<ChainView> chains;
        chains.reserve(table.chains.size());
        for (const auto& chain : table.chains) {
            chains.push_back(
                {chain.name, chain.policy, chain.counters, chain.rules.size(),
                 [&](std::size_t i) { return std::pair{&chain.rules[i], chain.rules[i].counters}; }});
        }
        save_table(out, table.name, std::move(chains), counters);
    }
    return out;
}

std::string save(const rules::Tables& tables, bool counters) {
    std::string out;
    for (const auto& table : tables.all()) {
        std::vector<ChainView> chains;
        chains.reserve(table.chains.size());
        for (const auto& chain : table.chains) {
            chains.push_back({chain.name, chain.hook ? std::optional(chain.policy) : std::nullopt,
                              chain.counters, chain.spine.size(), [&](std::size_t i) {
                                  const auto& node = chain.spine.at(i);
                                  return std::pair{&node.body->draft(), node.counters};
                              }});
        }
        save_table(out, table.info->name, std::move(chains), counters);
    }
    return out;
}

}  // namespace gatehouse::iptables

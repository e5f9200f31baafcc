#include "rules/workload.h"

#include <algorithm>

#include "rules/registry.h"

namespace gatehouse::rules::workload {

namespace {

Extension udp_port(Family family, std::uint16_t port) {
    Extension udp(*find_match("udp", family), family);
    const std::string text = std::to_string(port);
    const std::string_view word = text;
    (void)udp.set(*udp.find("dport"), {&word, 1}, false);
    return udp;
}

Address host(Family family, std::uint32_t network, std::uint32_t number) {
    if (is_v4(family)) return Address::v4(network << 16 | (number & 0xffff));
    return {{0xfd000000u | network, 0, 0, number}};
}

}  // namespace

RuleDraft drop_rule(Family family, std::size_t number, By by) {
    // Neither addresses nor ports come in order.
    const auto mixed = static_cast<std::uint32_t>(number * 40503u + 17u);
    RuleDraft rule{.selectors = {.family = family, .protocol = 17}};
    if (by == By::address) {
        rule.selectors.source = {.address = host(family, 0xc0a8, mixed),
                                 .mask = prefix_mask(address_bits(family))};
    }
    const auto port = static_cast<std::uint16_t>(1024 + mixed % 60000);
    rule.matches.push_back(udp_port(family, port));
    rule.target.kind = TargetKind::drop;
    return rule;
}

Draft forward_rules(Family family, std::size_t rules, By by) {
    Draft draft{.family = family, .tables = {empty_table(*find_table("filter"))}};
    auto& forward = *std::ranges::find(draft.tables[0].chains, "FORWARD", &ChainDraft::name);
    forward.rules.reserve(rules);
    for (std::size_t i = 0; i + 1 < rules; ++i) forward.rules.push_back(drop_rule(family, i, by));
    RuleDraft last{.selectors = {.family = family, .protocol = 17}};
    last.matches.push_back(udp_port(family, 53));
    last.target.kind = TargetKind::accept;
    forward.rules.push_back(std::move(last));
    return draft;
}

Address innocent_source(Family family, std::size_t number) {
    // Beside the rules' hosts, so that no common prefix tells them apart.
    const auto mixed = static_cast<std::uint32_t>(number * 48271u & 0xffff);
    if (is_v4(family)) return host(family, 0xc0a8, mixed);
    return {{0xfd00c0a8u, 0, 0, mixed}};
}

}  // namespace gatehouse::rules::workload

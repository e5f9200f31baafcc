// Policy rules: which table answers which packet (ip-rule(8)).
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "route/types.h"

namespace gatehouse::route {

// `unreachable` ends the search as if there were no route ("network unreachable").
enum class RuleAction : std::uint8_t { lookup, unreachable, prohibit, blackhole };

struct Rule {
    Family family = Family::ipv4;
    std::optional<std::uint32_t> priority;  // none: one below the lowest after rule 0, as Linux chooses
    bool invert = false;                    // `not`: the rule applies when the selectors don't match
    std::optional<Prefix> from, to;
    std::uint32_t mark = 0, mark_mask = 0;  // mask 0: any mark
    InterfaceId iif = InterfaceId::none;    // packets that start here have the loopback interface
    InterfaceId oif = InterfaceId::none;
    std::uint8_t tos = 0;       // 0: any
    std::uint8_t protocol = 0;  // transport protocol; 0: any
    RuleAction action = RuleAction::lookup;
    TableId table = TableId::none;

    friend bool operator==(const Rule&, const Rule&) = default;
};

// What rules and routes are asked with.
struct Flow {
    Address destination{};
    Address source{};
    std::uint32_t mark = 0;
    InterfaceId iif = InterfaceId::none;
    InterfaceId oif = InterfaceId::none;
    std::uint8_t tos = 0;
    std::uint8_t protocol = 0;
};

// Does the rule apply to this flow of its family?
bool matches(const Rule& rule, const Flow& flow);

// 0: local, 32766: main, 32767: default (IPv4 only, as Linux has it).
std::vector<Rule> default_rules(Family family);

}  // namespace gatehouse::route

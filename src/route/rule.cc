#include "route/rule.h"

namespace gatehouse::route {

bool matches(const Rule& rule, const Flow& flow) {
    // Linux compares the three bits that TOS had before it became DSCP in IPv4, all of them in IPv6.
    const unsigned tos_mask = is_v4(rule.family) ? 0x1c : 0xfc;
    const bool selected = (!rule.from || rule.from->contains(flow.source)) &&
                          (!rule.to || rule.to->contains(flow.destination)) &&
                          ((rule.mark ^ flow.mark) & rule.mark_mask) == 0 &&
                          (rule.iif == InterfaceId::none || rule.iif == flow.iif) &&
                          (rule.oif == InterfaceId::none || rule.oif == flow.oif) &&
                          (rule.tos == 0 || rule.tos == (flow.tos & tos_mask)) &&
                          (rule.protocol == 0 || rule.protocol == flow.protocol);
    return selected != rule.invert;
}

std::vector<Rule> default_rules(Family family) {
    std::vector<Rule> rules;
    rules.push_back({.family = family, .priority = 0, .table = TableId::local});
    rules.push_back({.family = family, .priority = 32'766, .table = TableId::main});
    if (is_v4(family)) rules.push_back({.family = family, .priority = 32'767, .table = TableId::default_});
    return rules;
}

}  // namespace gatehouse::route

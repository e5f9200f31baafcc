// The search through rules and tables.
#include "route/decide.h"
#include "route/router.h"

namespace gatehouse::route {

namespace {

// The first route of a prefix that an IPv4 flow may take (fib_table_lookup).
const Nexthop* pick4(const Table& table, const Alias& first, const Flow& flow, Scope scope) {
    for (const Alias* alias = &first; alias != nullptr; alias = table.next(*alias)) {
        const Nexthop& n = alias->nexthop;
        if (n.tos != 0 && n.tos != (flow.tos & 0x1c)) continue;
        if (n.scope < scope) continue;
        if (leads_nowhere(n.type)) return &n;
        if (flow.oif != InterfaceId::none && flow.oif != n.interface) continue;
        return &n;
    }
    return nullptr;
}

}  // namespace

const Nexthop* in_table4(const Table& table, const Flow& flow, Scope scope) {
    const Alias* first = table.find(flow.destination);
    if (first == nullptr) return nullptr;
    if (first->plain() && flow.oif == InterfaceId::none && first->nexthop.scope >= scope) [[likely]] {
        return &first->nexthop;
    }
    if (const Nexthop* n = pick4(table, *first, flow, scope)) return n;
    return table.search(flow.destination,
                        [&](const Alias& alias) { return pick4(table, alias, flow, scope); });
}

namespace {

// The best route of a prefix for an IPv6 flow (rt6_select, rt6_device_match).
template <class Mode>
const Nexthop* pick6(const Table& table, const Alias& first, InterfaceId device, Mode mode) {
    const auto over_device = [&](const Nexthop& n) {
        return device == InterfaceId::none || n.interface == device;
    };
    const Nexthop* fallback = nullptr;
    for (const Alias* alias = &first; alias != nullptr; alias = table.next(*alias)) {
        const Nexthop& n = alias->nexthop;
        // Only routes of the lowest metric compete, but when none of them will do.
        if (mode == Mode::prefer && fallback != nullptr && n.metric != fallback->metric) break;
        if (over_device(n)) return &n;
        if (fallback == nullptr && mode != Mode::strict) fallback = &n;
    }
    return fallback;
}

template <class Mode>
const Nexthop* in_table6(const Table& table, const Address& destination, const Alias* first,
                         InterfaceId device, Mode mode) {
    if (first == nullptr) return nullptr;
    if (first->plain() && mode != Mode::strict) [[likely]]
        return &first->nexthop;
    if (const Nexthop* n = pick6(table, *first, device, mode)) return n;
    return table.search(destination, [&](const Alias& alias) { return pick6(table, alias, device, mode); });
}

}  // namespace

template <class InTable>
Router::Found Router::walk_rules(Family family, const Flow& flow, InTable&& in_table) const {
    for (const Rule& rule : rules_[slot(family)]) {
        if (!matches(rule, flow)) continue;
        switch (rule.action) {
            case RuleAction::unreachable: return {};  // ENETUNREACH: as if there were no route
            case RuleAction::prohibit: return {RouteType::prohibit};
            case RuleAction::blackhole: return {RouteType::blackhole};
            case RuleAction::lookup: break;
        }
        const Table* t = table(family, rule.table);
        if (t == nullptr) continue;
        const Nexthop* n = in_table(*t);
        if (n != nullptr && n->type != RouteType::throw_) return {n->type, n};
    }
    return {};
}

Router::Found Router::lookup4(const Flow& flow, Scope scope) const {
    const auto in_table = [&](const Table& t) { return in_table4(t, flow, scope); };
    if (!merged()) return walk_rules(Family::ipv4, flow, in_table);
    const Nexthop* n = in_table(main_table(Family::ipv4));
    if (n != nullptr && n->type != RouteType::throw_) [[likely]]
        return {n->type, n};
    const Table* last = table(Family::ipv4, TableId::default_);
    n = last != nullptr ? in_table(*last) : nullptr;
    if (n != nullptr && n->type != RouteType::throw_) return {n->type, n};
    return {};
}

// `ahead`: the routes of the destination in the table main, if they are known.
Router::Found Router::lookup6(const Flow& flow, InterfaceId device, Device mode, const Alias* ahead) const {
    const auto in_table = [&](const Table& t, const Alias* first) {
        return in_table6(t, flow.destination, first, device, mode);
    };
    const auto find_in = [&](const Table& t) { return in_table(t, t.find(flow.destination)); };
    if (custom_rules_[1]) return walk_rules(Family::ipv6, flow, find_in);
    const Nexthop* n = find_in(tables_[1][1].table);  // local
    if (n != nullptr && n->type != RouteType::throw_) return {n->type, n};
    const Table& main = main_table(Family::ipv6);
    n = ahead != nullptr ? in_table(main, ahead) : find_in(main);
    if (n != nullptr && n->type != RouteType::throw_) return {n->type, n};
    return {};
}

Descent::Where Router::where(Family family) const {
    // Under policy rules the table main needn't be the one that answers.
    if (custom_rules_[slot(family)]) return {};
    const Table* const local = is_v4(family) ? nullptr : &tables_[1][1].table;
    return {.table = &main_table(family), .before = local};
}

}  // namespace gatehouse::route

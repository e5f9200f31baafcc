#include "route/router.h"

#include <algorithm>
#include <fmt/format.h>
#include <tuple>

#include "route/decide.h"

namespace gatehouse::route {

namespace {

constexpr std::uint32_t user_metric6 = 1024;  // what IPv6 makes of metric 0

// The table and the scope that `ip route` chooses, and the metric of IPv6.
void complete(Route& route) {
    Nexthop& n = route.nexthop;
    const bool local = n.type == RouteType::local;
    const bool group = n.type == RouteType::broadcast || n.type == RouteType::anycast;
    if (n.table == TableId::none) n.table = local || group ? TableId::local : TableId::main;
    if (!is_v4(route.prefix.family)) {
        n.scope = Scope::universe;
        if (n.metric == 0) n.metric = user_metric6;
        return;
    }
    if (n.scope != Scope::universe || leads_nowhere(n.type)) return;
    if (local) {
        n.scope = Scope::host;
    } else if (group || n.type == RouteType::multicast || !n.has_gateway) {
        n.scope = Scope::link;
    }
}

std::string shown(const Address& address, Family family) { return to_string(address, family); }

}  // namespace

Router::Router(const Interfaces& interfaces)
    : tunables_(interfaces.size()), neighbours_(std::make_shared<Neighbours>(interfaces)) {
    for (const Family family : {Family::ipv4, Family::ipv6}) {
        rules_[slot(family)] = default_rules(family);
        make_table(family, TableId::main);
    }
    make_table(Family::ipv6, TableId::local);
    take_interfaces(interfaces);
    for (std::size_t i = 0; i < interfaces.size(); ++i) {
        add_addresses4(static_cast<InterfaceId>(i));
        add_addresses6(static_cast<InterfaceId>(i));
    }
}

const Table* Router::table(Family family, TableId id) const {
    for (const auto& named : tables_[slot(family)]) {
        if (named.id == id) return &named.table;
    }
    return nullptr;
}

Table& Router::make_table(Family family, TableId id) {
    if (const Table* there = table(family, id)) return const_cast<Table&>(*there);
    return tables_[slot(family)].emplace_back(id, Table(family)).table;
}

void Router::put(const Prefix& prefix, const Nexthop& nexthop) {
    make_table(prefix.family, stored_in(prefix.family, nexthop.table))
        .insert(prefix, nexthop, Table::Mode::append);
}

// The first policy rule parts IPv4's tables local and main for good.
void Router::split() {
    if (!merged()) return;
    std::vector<Route> local;
    Table& main = make_table(Family::ipv4, TableId::main);
    main.for_each([&](const Prefix& prefix, const Nexthop& nexthop) {
        if (nexthop.table == TableId::local) local.push_back({prefix, nexthop});
    });
    custom_rules_[0] = true;
    for (const auto& route : local) {
        main.remove(route.prefix, [&](const Nexthop& n) { return n == route.nexthop; });
    }
    for (const auto& route : local) put(route.prefix, route.nexthop);
}

std::uint32_t Router::neighbour_slot(const Nexthop& n) {
    return neighbours().slot(n.interface, n.gateway_family, n.gateway);
}

// fib_check_nh(), ip6_validate_gw(): a gateway must be somebody else, one link away.
Result<void> Router::admit_gateway(Route& route) {
    Nexthop& n = route.nexthop;
    const auto gateway = shown(n.gateway, n.gateway_family);
    const bool link_local = !is_v4(n.gateway_family) && is_link_local6(n.gateway);
    if (is_v4(n.gateway_family) && !is_v4(route.prefix.family)) {
        return fail(fmt::format("the gateway {} isn't IPv6", gateway));
    }
    if (route.onlink || link_local) {
        if (n.interface == InterfaceId::none)
            return fail(fmt::format("the gateway {} needs a device", gateway), "add `dev NAME`");
        if (is_own(n.gateway, n.gateway_family))
            return fail(fmt::format("the gateway {} is this host", gateway));
    } else {
        Flow flow{.destination = n.gateway, .iif = shared_->loopback, .oif = n.interface};
        const Found found = is_v4(n.gateway_family)
                                ? lookup4(flow, Scope::link)
                                : lookup6(flow, n.interface,
                                          n.interface == InterfaceId::none ? Device::prefer : Device::strict);
        if (found.type == RouteType::local && is_v4(n.gateway_family) && is_v4(route.prefix.family)) {
            // A gateway that is an address of ours means its interface's link.
            n.has_gateway = false;
            n.gateway = {};
            n.interface = found.nexthop->interface;
            return {};
        }
        if (found.type != RouteType::unicast || found.nexthop->has_gateway) {
            return fail(fmt::format("the gateway {} isn't on a connected network", gateway),
                        "give the interface an address of its network, or add `onlink` and a device");
        }
        n.interface = found.nexthop->interface;
    }
    n.neighbour_slot = neighbour_slot(n);
    return {};
}

// Completes a route and says whether it may come in.
Result<void> Router::admit(Route& route) {
    complete(route);
    Nexthop& n = route.nexthop;
    const Family family = route.prefix.family;
    const auto what = [&] { return fmt::format("route {}", to_string(route.prefix)); };
    if (n.type == RouteType::unspec || n.type == RouteType::nat || n.type == RouteType::xresolve) {
        return fail(fmt::format("{}: routes of type {} can't be used", what(), name(n.type)));
    }
    if (route.prefix.address != (route.prefix.address & prefix_mask(route.prefix.length))) {
        return fail(fmt::format("{}: host bits are set", what()));
    }
    if (n.interface != InterfaceId::none && index(n.interface) >= interfaces().size()) {
        return fail(fmt::format("{}: no such device", what()));
    }
    if (leads_nowhere(n.type)) {
        const bool lo = !is_v4(family) && n.interface == shared_->loopback;
        if (n.has_gateway || (n.interface != InterfaceId::none && !lo)) {
            return fail(fmt::format("{}: a {} route has neither gateway nor device", what(), name(n.type)));
        }
        n.interface = InterfaceId::none;
    } else if (n.has_gateway) {
        if (n.type != RouteType::unicast)
            return fail(fmt::format("{}: a {} route has no gateway", what(), name(n.type)));
        if (auto ok = admit_gateway(route); !ok)
            return fail(fmt::format("{}: {}", what(), ok.error().what), ok.error().hint);
    } else if (n.interface == InterfaceId::none) {
        return fail(fmt::format("{} leads nowhere", what()), "give it `via ADDRESS` or `dev NAME`");
    }
    if (n.interface != InterfaceId::none && !interfaces()[n.interface].up) {
        return fail(fmt::format("{}: {} is down", what(), interfaces().name(n.interface)));
    }
    // IPv6 makes a refusal of a unicast route over the loopback interface.
    if (!is_v4(family) && n.type == RouteType::unicast && n.interface == shared_->loopback &&
        n.interface != InterfaceId::none) {
        n.type = RouteType::unreachable;
        n.interface = InterfaceId::none;
    }
    if (n.has_source && !is_own(n.source, family)) {
        return fail(
            fmt::format("{}: the source {} is no address of this host", what(), shown(n.source, family)));
    }
    return {};
}

Result<void> Router::add(Route route, Table::Mode mode) {
    if (auto ok = admit(route); !ok) return ok;
    const Family family = route.prefix.family;
    Table& table = make_table(family, stored_in(family, route.nexthop.table));
    if (!table.insert(route.prefix, route.nexthop, mode)) {
        return fail(fmt::format("route {} is there already, with the same table, TOS and metric",
                                to_string(route.prefix)));
    }
    custom_local_routes_ |= route.nexthop.type == RouteType::local;
    return {};
}

Result<void> Router::add(Route route) { return add(std::move(route), Table::Mode::exclusive); }
Result<void> Router::replace(Route route) { return add(std::move(route), Table::Mode::replace); }

Result<void> Router::add_all(std::span<const Route> routes) {
    Router next = *this;
    // Those that need no gateway first: gateways may stand on them.
    std::vector<Route> batch;
    batch.reserve(routes.size());
    for (const bool gateways : {false, true}) {
        batch.clear();
        const Route* last = nullptr;
        Nexthop admitted;
        for (const auto& route : routes) {
            if (route.nexthop.has_gateway != gateways) continue;
            const bool same = last != nullptr && last->nexthop == route.nexthop &&
                              last->onlink == route.onlink && last->prefix.family == route.prefix.family;
            batch.push_back(route);
            if (same && route.prefix.address == (route.prefix.address & prefix_mask(route.prefix.length))) {
                batch.back().nexthop = admitted;
            } else if (auto ok = next.admit(batch.back()); !ok) {
                return ok;
            }
            last = &route;
            admitted = batch.back().nexthop;
        }
        // One table at a time, in the order given.
        std::stable_sort(batch.begin(), batch.end(), [&](const Route& a, const Route& b) {
            return std::tuple(slot(a.prefix.family), next.stored_in(a.prefix.family, a.nexthop.table)) <
                   std::tuple(slot(b.prefix.family), next.stored_in(b.prefix.family, b.nexthop.table));
        });
        for (std::size_t i = 0; i < batch.size();) {
            const Family family = batch[i].prefix.family;
            const TableId id = next.stored_in(family, batch[i].nexthop.table);
            std::size_t end = i + 1;
            while (end < batch.size() && batch[end].prefix.family == family &&
                   next.stored_in(family, batch[end].nexthop.table) == id) {
                ++end;
            }
            const std::size_t refused = next.make_table(family, id).insert_all({batch.data() + i, end - i});
            if (refused != end - i) {
                return fail(fmt::format("route {} is there already, with the same table, TOS and metric",
                                        to_string(batch[i + refused].prefix)));
            }
            i = end;
        }
        for (const auto& route : batch) next.custom_local_routes_ |= route.nexthop.type == RouteType::local;
    }
    *this = std::move(next);
    return {};
}

Result<void> Router::remove(const Route& route) {
    Route wanted = route;
    complete(wanted);
    const Nexthop& w = wanted.nexthop;
    const Family family = route.prefix.family;
    const auto fits = [&](const Nexthop& n) {
        return n.table == w.table && n.tos == w.tos && (route.nexthop.metric == 0 || n.metric == w.metric) &&
               (w.type == RouteType::unicast || n.type == w.type) &&
               (w.interface == InterfaceId::none || n.interface == w.interface) &&
               (!w.has_gateway || (n.has_gateway && n.gateway == w.gateway));
    };
    if (table(family, stored_in(family, w.table)) == nullptr ||
        !make_table(family, stored_in(family, w.table)).remove(route.prefix, fits)) {
        return fail(fmt::format("there is no such route {}", to_string(route.prefix)));
    }
    return {};
}

Result<void> Router::add(Rule rule) {
    auto& rules = rules_[slot(rule.family)];
    if (rule.action == RuleAction::lookup && rule.table == TableId::none) {
        return fail("the rule names no table", "add `lookup TABLE`");
    }
    if (!rule.priority)
        rule.priority = rules.size() > 1 && *rules[1].priority > 0 ? *rules[1].priority - 1 : 0;
    if (std::find(rules.begin(), rules.end(), rule) != rules.end()) return fail("the rule is there already");
    if (is_v4(rule.family)) split();
    custom_rules_[slot(rule.family)] = true;
    const auto at =
        std::find_if(rules.begin(), rules.end(), [&](const Rule& r) { return *r.priority > *rule.priority; });
    rules.insert(at, rule);
    return {};
}

Result<void> Router::remove(const Rule& rule) {
    auto& rules = rules_[slot(rule.family)];
    const auto at = std::find_if(rules.begin(), rules.end(), [&](const Rule& r) {
        Rule same = rule;
        if (!same.priority) same.priority = r.priority;
        return r == same;
    });
    if (at == rules.end()) return fail("there is no such rule");
    if (is_v4(rule.family)) split();
    custom_rules_[slot(rule.family)] = true;
    rules.erase(at);
    return {};
}

void Router::set_tunables(InterfaceId interface, const InterfaceTunables& tunables) {
    InterfaceTunables& mine = tunables_[index(interface)];
    const bool forwards = mine.forwarding6;
    mine = tunables;
    if (forwards == tunables.forwarding6) return;
    Table& local = make_table(Family::ipv6, TableId::local);
    if (tunables.forwarding6) {
        add_addresses6(interface);
        return;
    }
    for (const auto& a : interfaces()[interface].addresses) {
        if (is_v4(a.family)) continue;
        local.remove({Family::ipv6, a.address & prefix_mask(a.length), 128}, [&](const Nexthop& n) {
            return n.type == RouteType::anycast && n.interface == interface;
        });
    }
}

Neighbours& Router::neighbours() {
    if (neighbours_.use_count() > 1) neighbours_ = std::make_shared<Neighbours>(*neighbours_);
    return *neighbours_;
}

void Router::for_each_route(Family family, const std::function<void(const Route&)>& visit) const {
    for (const auto& named : tables_[slot(family)]) {
        named.table.for_each([&](const Prefix& p, const Nexthop& n) { visit({p, n}); });
    }
}

std::size_t Router::routes(Family family) const {
    std::size_t total = 0;
    for (const auto& named : tables_[slot(family)]) total += named.table.size();
    return total;
}

std::size_t Router::bytes() const {
    std::size_t total = sizeof *this + neighbours_->bytes();
    for (const auto& tables : tables_) {
        for (const auto& named : tables) total += named.table.bytes();
    }
    return total;
}

}  // namespace gatehouse::route

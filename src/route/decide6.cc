// IPv6 decisions, after ip6_route_input(), ip6_route_output() and their users.
#include "packet/reason.h"
#include "route/decide.h"
#include "route/router.h"

namespace gatehouse::route {

namespace {

// Destinations that mean something else on each link (rt6_need_strict).
bool is_of_link(const Address& a) { return is_multicast6(a) || is_link_local6(a) || a == loopback6; }

// RFC 4291, section 2.4, as ipv6_addr_type() has it: neither multicast nor unspecified.
bool is_unicast6(const Address& a) { return !is_multicast6(a) && !a.is_unspecified(); }

}  // namespace

Decision Router::input6(const Key& key, const Descent* ahead) const {
    const InterfaceTunables& t = tunables_[index(key.interface)];
    const Flow flow{.destination = key.destination,
                    .source = key.source,
                    .mark = key.mark.value,
                    .iif = key.interface,
                    .tos = key.tos,
                    .protocol = key.protocol};
    const Found found =
        lookup6(flow, key.interface, is_of_link(key.destination) ? Device::strict : Device::prefer,
                ahead == nullptr ? nullptr : ahead->of(key.destination));
    switch (found.type) {
        case RouteType::local:
        case RouteType::anycast: return taken(Kind::local, *found.nexthop);
        case RouteType::multicast:
            if (!is_member(key.destination, Family::ipv6, key.interface)) {
                return drop(Reason::ignored_by_stack, RouteType::multicast);
            }
            return taken(Kind::multicast, *found.nexthop);
        case RouteType::unicast: break;
        default: return refusal(found.type);
    }
    if (!t.forwarding6) return drop(Reason::forwarding_disabled);
    return taken(Kind::forward, *found.nexthop);
}

Decision Router::output6(const Key& key) const {
    const bool strict =
        is_of_link(key.destination) || (key.interface != InterfaceId::none && key.source.is_unspecified());
    const Flow flow{.destination = key.destination,
                    .source = key.source,
                    .mark = key.mark.value,
                    .iif = shared_->loopback,
                    .oif = key.interface,
                    .tos = key.tos,
                    .protocol = key.protocol};
    const Found found = lookup6(flow, key.interface, strict ? Device::strict : Device::prefer);
    if (found.nexthop == nullptr || leads_nowhere(found.type)) return refusal(found.type);
    const Nexthop& n = *found.nexthop;
    const bool local = found.type == RouteType::local || found.type == RouteType::anycast;
    Decision decision = taken(local                            ? Kind::local
                              : is_multicast6(key.destination) ? Kind::multicast
                                                               : Kind::forward,
                              n);
    if (local) decision.interface = shared_->loopback;
    decision.source = key.source;
    if (key.source.is_unspecified()) {
        decision.source = n.has_source ? n.source : select_source6(n.interface, key.destination);
    }
    return decision;
}

bool Router::reverse_path6(const Key& key, const ReversePathOptions& options) const {
    if (key.source.is_unspecified()) return true;  // not routable: forwarding drops it
    const bool link_local = is_link_local6(key.source);
    const Flow flow{.destination = key.source,
                    .source = is_unicast6(key.destination) ? key.destination : Address{},
                    .mark = options.validmark ? key.mark.value : 0,
                    .iif = shared_->loopback,
                    .oif = link_local || !options.loose ? key.interface : InterfaceId::none,
                    .tos = key.tos,
                    .protocol = key.protocol};
    const Found found = lookup6(flow, flow.oif, link_local ? Device::strict : Device::first);
    if (found.type == RouteType::local) return options.accept_local;
    if (found.type != RouteType::unicast && found.type != RouteType::multicast) return false;
    return options.loose || found.nexthop->interface == key.interface;
}

// match_lookup_rt6(): the types that take a look at the routes.
RouteTypeSet Router::route_types6(const Address& address, InterfaceId interface) const {
    RouteTypeSet types = 0;
    const bool bound = interface != InterfaceId::none;
    if (bound && is_own(address, Family::ipv6, interface)) types |= bit(RouteType::local);
    const Key key{.family = Family::ipv6, .destination = address, .interface = interface};
    const Decision to = output6(key);
    if (to.kind == Kind::drop) return bit(RouteType::unreachable);
    if (!bound && to.type == RouteType::local) types |= bit(RouteType::local);
    if (to.type == RouteType::anycast) types |= bit(RouteType::anycast);
    return types;
}

bool Router::address_matches(const Address& address, Family family, RouteTypeSet types,
                             InterfaceId interface) const {
    if (is_v4(family)) return (types & bit(address_type(address, family, interface))) != 0;
    if ((types & bit(RouteType::multicast)) != 0 && !is_multicast6(address)) return false;
    if ((types & bit(RouteType::unicast)) != 0 && !is_unicast6(address)) return false;
    if ((types & bit(RouteType::unspec)) != 0 && !address.is_unspecified()) return false;
    constexpr RouteTypeSet routed =
        bit(RouteType::anycast) | bit(RouteType::local) | bit(RouteType::unreachable);
    if ((types & routed) != 0) return (types & route_types6(address, interface)) != 0;
    return true;
}

RouteType Router::address_type(const Address& address, Family family, InterfaceId interface) const {
    if (!is_v4(family)) {
        if (address.is_unspecified()) return RouteType::unspec;
        if (is_multicast6(address)) return RouteType::multicast;
        const RouteTypeSet types = route_types6(address, interface);
        for (const RouteType type : {RouteType::local, RouteType::anycast, RouteType::unreachable}) {
            if ((types & bit(type)) != 0) return type;
        }
        return RouteType::unicast;
    }
    if (address.is_unspecified() || is_limited_broadcast(address)) return RouteType::broadcast;
    if (is_multicast4(address)) return RouteType::multicast;
    const Table* local = table(family, stored_in(family, TableId::local));
    if (local == nullptr) return RouteType::unicast;
    const Nexthop* n = in_table4(*local, {.destination = address}, Scope::universe);
    if (n == nullptr || leads_nowhere(n->type)) return RouteType::unicast;
    return interface == InterfaceId::none || n->interface == interface ? n->type : RouteType::unicast;
}

}  // namespace gatehouse::route

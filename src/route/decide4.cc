// IPv4 decisions, after ip_route_input_slow() and ip_route_output_key_hash_rcu().
#include "packet/reason.h"
#include "route/decide.h"
#include "route/router.h"

namespace gatehouse::route {

namespace {

constexpr InterfaceId no_interface = InterfaceId::none;

}  // namespace

// fib_validate_source(): may this source stand in a packet from this interface? `out` is the interface the
// packet leaves by, none when it is for this host.
inline Reason Router::validate_source4(const Key& key, InterfaceId out) const {
    const InterfaceTunables& t = tunables_[index(key.interface)];
    if (t.rp_filter == 0 && (out != key.interface || !t.send_redirects)) [[likely]] {
        if (t.accept_local) return Reason::none;
        if (!custom_local_routes_ && merged()) [[likely]] {
            return is_own4(key.source.words[0]) ? Reason::martian_source : Reason::none;
        }
    }
    return validate_source4_fully(key, out, t.rp_filter);
}

// The source as a destination: it must be somebody else's, and with rp_filter lead back.
Reason Router::validate_source4_fully(const Key& key, InterfaceId out, unsigned rp_filter) const {
    const InterfaceTunables& t = tunables_[index(key.interface)];
    Flow flow{.destination = key.source,
              .source = key.destination,
              .mark = t.src_valid_mark ? key.mark.value : 0,
              .iif = out == no_interface ? shared_->loopback : out,
              .tos = key.tos,
              .protocol = key.protocol};
    const Found found = lookup4(flow);
    const Reason last_resort = rp_filter != 0 ? Reason::reverse_path : Reason::none;
    if (found.nexthop == nullptr || leads_nowhere(found.type)) {
        return last_resort;
    }
    if (found.type != RouteType::unicast && (found.type != RouteType::local || !t.accept_local)) {
        return Reason::martian_source;
    }
    const bool same = found.nexthop->interface == key.interface ||
                      (found.type == RouteType::local && key.interface == shared_->loopback);
    if (same) return Reason::none;
    const auto& addresses = interfaces()[key.interface].addresses;
    bool has_address = false;
    for (const auto& a : addresses) has_address |= is_v4(a.family);
    if (!has_address) return last_resort;
    return rp_filter == 1 ? Reason::reverse_path : Reason::none;
}

Decision Router::input4_broadcast(const Key& key) const {
    if (!key.source.is_unspecified()) {
        if (const Reason bad = validate_source4(key, no_interface); bad != Reason::none) return drop(bad);
    }
    return {.kind = Kind::broadcast,
            .type = RouteType::broadcast,
            .interface = key.interface,
            .table = TableId::local};
}

// ip_mc_validate_source(), and the question whether we are in the group.
Decision Router::input4_multicast(const Key& key) const {
    if (!is_member(key.destination, Family::ipv4, key.interface))
        return drop(Reason::ignored_by_stack, RouteType::multicast);
    if (is_multicast4(key.source) || is_limited_broadcast(key.source)) return drop(Reason::martian_source);
    if (is_loopback4(key.source) && !tunables_[index(key.interface)].route_localnet)
        return drop(Reason::martian_source);
    constexpr std::uint8_t igmp = 2;
    if (key.source.is_unspecified()) {
        if (!is_local_multicast4(key.destination) && key.protocol != igmp)
            return drop(Reason::martian_source);
    } else if (const Reason bad = validate_source4(key, no_interface); bad != Reason::none) {
        return drop(bad);
    }
    return {.kind = Kind::multicast,
            .type = RouteType::multicast,
            .interface = key.interface,
            .table = TableId::local};
}

// What is decided by the addresses alone, before any route is asked for.
std::optional<Decision> Router::input4_special(const Key& key) const {
    const Address &source = key.source, &destination = key.destination;
    if (is_multicast4(destination)) return input4_multicast(key);
    if (is_multicast4(source) || is_limited_broadcast(source)) return drop(Reason::martian_source);
    if (is_limited_broadcast(destination) || (source.is_unspecified() && destination.is_unspecified())) {
        return input4_broadcast(key);
    }
    if (source.is_unspecified()) return drop(Reason::martian_source);
    if (destination.is_unspecified()) return drop(Reason::martian_destination);
    if (is_loopback4(destination) || is_loopback4(source)) {
        if (!tunables_[index(key.interface)].route_localnet && key.interface != shared_->loopback)
            return drop(Reason::loopback_on_wire);
    }
    return {};
}

// What the routes say of a packet that isn't simply to be forwarded.
Decision Router::input4_near(const Key& key, const Found& found) const {
    const InterfaceTunables& t = tunables_[index(key.interface)];
    if (found.type == RouteType::local) {
        const Reason bad = validate_source4(key, no_interface);
        return bad == Reason::none ? taken(Kind::local, *found.nexthop) : drop(bad);
    }
    if (found.type == RouteType::broadcast) {
        if (!t.bc_forwarding) {
            Decision decision = input4_broadcast(key);
            if (decision.kind == Kind::broadcast) decision.nexthop = found.nexthop;
            return decision;
        }
        const Reason bad = validate_source4(key, found.nexthop->interface);
        return bad == Reason::none ? taken(Kind::forward, *found.nexthop) : drop(bad);
    }
    if (!t.forwarding4) return drop(Reason::forwarding_disabled);
    if (found.type == RouteType::anycast || found.type == RouteType::multicast)
        return drop(Reason::martian_destination);
    return refusal(found.type);
}

// `first`: the destination's routes, if they are known. Those of the common packet take no second look.
inline Router::Found Router::input_route4(const Key& key, const Alias* first) const {
    if (first != nullptr && first->plain() && first->nexthop.type == RouteType::unicast) [[likely]]
        return {RouteType::unicast, &first->nexthop};
    return lookup4({.destination = key.destination,
                    .source = key.source,
                    .mark = key.mark.value,
                    .iif = key.interface,
                    .tos = key.tos,
                    .protocol = key.protocol});
}

Decision Router::input4(const Key& key, const Descent* ahead) const {
    if (!is_ordinary4(key.source) || !is_ordinary4(key.destination)) [[unlikely]] {
        if (const auto special = input4_special(key)) return *special;
    }
    const Found found = input_route4(key, ahead == nullptr ? nullptr : ahead->of(key.destination));
    if (found.type == RouteType::unicast && tunables_[index(key.interface)].forwarding4) [[likely]] {
        const Reason bad = validate_source4(key, found.nexthop->interface);
        return bad == Reason::none ? taken(Kind::forward, *found.nexthop) : drop(bad);
    }
    return input4_near(key, found);
}

// __mkroute_output(): what a packet from here becomes on its way out over `out`.
Decision Router::output4_over(const Key& key, InterfaceId out, const Found& found, Address source) const {
    const bool loopback = out == shared_->loopback;
    if (is_loopback4(source) && !loopback && !tunables_[index(out)].route_localnet)
        return drop(Reason::loopback_on_wire);
    Decision decision{.kind = loopback ? Kind::local : Kind::forward,
                      .type = found.type,
                      .interface = out,
                      .nexthop = found.nexthop,
                      .source = source};
    if (found.nexthop != nullptr) decision.table = found.nexthop->table;
    if (is_limited_broadcast(key.destination) || found.type == RouteType::broadcast) {
        decision.kind = Kind::broadcast;
        decision.type = RouteType::broadcast;
        decision.nexthop = nullptr;
    } else if (is_multicast4(key.destination)) {
        decision.kind = Kind::multicast;
        decision.type = RouteType::multicast;
        // A group is on the link, whatever gateway the default route names.
        decision.nexthop = nullptr;
    }
    return decision;
}

Decision Router::output4(const Key& key) const {
    Address source = key.source, destination = key.destination;
    const InterfaceId loopback = shared_->loopback;
    const bool group = is_multicast4(destination) || is_limited_broadcast(destination);
    if (is_multicast4(source) || is_limited_broadcast(source)) return drop(Reason::martian_source);
    if (!source.is_unspecified() && group && key.interface == no_interface) {
        // A multicast or broadcast is sent where its source address lives.
        const Alias* own = main_table(Family::ipv4).find(source);
        const Found there = own != nullptr && merged() ? Found{own->nexthop.type, &own->nexthop}
                                                       : lookup4({.destination = source});
        if (there.type != RouteType::local) return drop(Reason::no_route);
        return output4_over(key, there.nexthop->interface, {RouteType::unicast, nullptr}, source);
    }
    if (key.interface != no_interface) {
        const bool near = is_local_multicast4(destination) || is_limited_broadcast(destination);
        if (source.is_unspecified() && (near || is_multicast4(destination))) {
            source = select_source4(key.interface, {}, near ? Scope::link : Scope::universe);
        }
        if (near) return output4_over(key, key.interface, {RouteType::unicast, nullptr}, source);
    }
    if (destination.is_unspecified()) {
        const Address own = source.is_unspecified() ? Address::v4(0x7f000001) : source;
        return {.kind = Kind::local,
                .type = RouteType::local,
                .interface = loopback,
                .table = TableId::local,
                .source = own};
    }
    const Found found = lookup4({.destination = destination,
                                 .source = source,
                                 .mark = key.mark.value,
                                 .iif = loopback,
                                 .oif = key.interface,
                                 .tos = key.tos,
                                 .protocol = key.protocol});
    if (found.nexthop == nullptr || leads_nowhere(found.type)) {
        if (key.interface == no_interface) return refusal(found.type);
        // Bound to an interface, and no route over it: the destination is taken to be on its link.
        if (source.is_unspecified()) source = select_source4(key.interface, {}, Scope::link);
        return output4_over(key, key.interface, {RouteType::unicast, nullptr}, source);
    }
    const Nexthop& n = *found.nexthop;
    if (found.type == RouteType::local) {
        if (source.is_unspecified()) source = n.has_source ? n.source : destination;
        Decision decision = taken(Kind::local, n);
        decision.interface = loopback;
        decision.source = source;
        return decision;
    }
    if (source.is_unspecified()) {
        const bool gateway4 = n.has_gateway && is_v4(n.gateway_family);
        source =
            n.has_source ? n.source : select_source4(n.interface, gateway4 ? n.gateway : Address{}, n.scope);
    }
    return output4_over(key, n.interface, found, source);
}

bool Router::reverse_path4(const Key& key, const ReversePathOptions& options) const {
    if (key.source.is_unspecified() &&
        (is_limited_broadcast(key.destination) || is_local_multicast4(key.destination))) {
        return true;
    }
    const bool group = is_multicast4(key.destination) || is_limited_broadcast(key.destination);
    const Found found = lookup4({.destination = key.source,
                                 .source = group ? Address{} : key.destination,
                                 .mark = options.validmark ? key.mark.value : 0,
                                 .iif = shared_->loopback,
                                 .tos = key.tos});
    if (found.nexthop == nullptr) return false;
    if (found.type != RouteType::unicast && !(found.type == RouteType::local && options.accept_local))
        return false;
    return options.loose || found.nexthop->interface == key.interface;
}

}  // namespace gatehouse::route

// What the files that make decisions share; not for use from outside.
#pragma once
#include "packet/reason.h"
#include "route/router.h"

namespace gatehouse::route {

constexpr bool leads_nowhere(RouteType type) {
    return type == RouteType::blackhole || type == RouteType::unreachable || type == RouteType::prohibit ||
           type == RouteType::throw_;
}

inline Decision drop(Reason reason, RouteType type = RouteType::unspec) {
    return {.kind = Kind::drop, .type = type, .reason = reason};
}

// The drop that a look-up's end means.
inline Decision refusal(RouteType type) {
    switch (type) {
        case RouteType::blackhole: return drop(Reason::route_blackhole, type);
        case RouteType::unreachable: return drop(Reason::route_unreachable, type);
        case RouteType::prohibit: return drop(Reason::route_prohibit, type);
        default: return drop(Reason::no_route);
    }
}

inline Decision taken(Kind kind, const Nexthop& n) {
    return {.kind = kind, .type = n.type, .interface = n.interface, .table = n.table, .nexthop = &n};
}

// The route that an IPv4 flow finds in one table, refusals and throw included (fib_table_lookup).
const Nexthop* in_table4(const Table& table, const Flow& flow, Scope scope);

}  // namespace gatehouse::route

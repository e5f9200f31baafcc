#include "route/types.h"

namespace gatehouse::route {

std::string_view name(RouteType type) {
    constexpr std::string_view names[route_type_count] = {"unspec",   "unicast",   "local",     "broadcast",
                                                          "anycast",  "multicast", "blackhole", "unreachable",
                                                          "prohibit", "throw",     "nat",       "xresolve"};
    return names[static_cast<unsigned>(type)];
}

}  // namespace gatehouse::route

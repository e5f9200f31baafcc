// Routes and rules as `ip route add` and `ip rule add` write them (ip-route(8), ip-rule(8)).
//
// Errors give the column of the word at fault. What ip takes and we can't do (multipath, nexthop objects,
// encapsulation, source-specific routes, ...) is refused by name.
#pragma once
#include <string>
#include <string_view>

#include "base/error.h"
#include "hook/interfaces.h"
#include "route/rule.h"
#include "route/types.h"

namespace gatehouse::route {

// "default via 192.0.2.254", "10.0.0.0/8 dev lan metric 5", "local 0.0.0.0/0 dev lo table 99",
// "blackhole 10.9.0.0/16", "-6 default via fe80::1 dev wan". Optional words before it ("ip", "route", "add")
// are skipped. A line whose addresses don't say is IPv4's, as ip has it.
Result<Route> parse_route(std::string_view text, const Interfaces& interfaces);

// "fwmark 0x1/0xff lookup 100", "not from 10.0.0.0/8 iif lan table 7 priority 100", "-6 to fd00::/8
// prohibit".
Result<Rule> parse_rule(std::string_view text, const Interfaces& interfaces);

// As `ip route show table all` and `ip rule show` print them (the words that we know of).
std::string to_string(const Route& route, const Interfaces& interfaces);
std::string to_string(const Rule& rule, const Interfaces& interfaces);

}  // namespace gatehouse::route

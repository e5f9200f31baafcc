#include "route/text.h"

#include <gtest/gtest.h>

namespace gatehouse::route {
namespace {

Interfaces two() {
    Interfaces all;
    all.add({.name = "lo", .loopback = true});
    all.add({.name = "lan"});
    all.add({.name = "wan"});
    return all;
}

TEST(RouteText, RoundTrips) {
    const Interfaces all = two();
    const std::pair<const char*, const char*> cases[] = {
        {"0.0.0.0/0 via 192.0.2.254", "default via 192.0.2.254"},
        {"10.0.0.0/8 dev lan", "10.0.0.0/8 dev lan"},
        {"ip route add default via 192.0.2.254 dev wan table 100 metric 5 src 10.0.0.1 mtu 1400",
         "default via 192.0.2.254 dev wan table 100 src 10.0.0.1 metric 5 mtu 1400"},
        {"local 0.0.0.0/0 dev lo table 99", "local default dev lo table 99"},
        {"blackhole 10.9.0.0/16 table main", "blackhole 10.9.0.0/16"},
        {"unreachable 10.9.0.1 table 0x10", "unreachable 10.9.0.1 table 16"},
        {"throw 10.0.0.0/8 table local", "throw 10.0.0.0/8 table local"},
        {"10.0.0.0/8 via inet6 fe80::1 dev wan tos 0x10 table main",
         "10.0.0.0/8 tos 0x10 via inet6 fe80::1 dev wan"},
        {"-6 default dev wan table main proto static", "default dev wan"},
        {"default via fe80::1 dev wan table main", "default via fe80::1 dev wan"},
        {"10.0.0.0/8 dev lan scope link table main", "10.0.0.0/8 dev lan scope link"},
    };
    for (const auto& [text, printed] : cases) {
        const auto route = parse_route(text, all);
        ASSERT_TRUE(route) << text << ": " << route.error().text();
        EXPECT_EQ(to_string(*route, all), printed);
    }
    EXPECT_EQ(parse_route("default via fe80::1 dev wan", all)->prefix.family, Family::ipv6);
    EXPECT_TRUE(parse_route("default via 192.0.2.1 dev wan onlink", all)->onlink);
}

TEST(RouteText, SaysWhatIsWrongAndWhere) {
    const Interfaces all = two();
    const std::pair<const char*, const char*> cases[] = {
        {"", "1: the route has no destination; begin with a prefix or `default`"},
        {"10.0.0.1/8 dev lan", "1: `10.0.0.1/8` has host bits set; the network is 10.0.0.0/8"},
        {"10.0.0.0/8 dev lna", "16: there is no device `lna`; did you mean `lan`?"},
        {"10.0.0.0/8 vai 10.0.0.1", "12: unknown word `vai` in a route; did you mean `via`?"},
        {"10.0.0.0/8 via", "12: `via` needs a value"},
        {"10.0.0.0/8 via fe80::1",
         "16: the gateway `fe80::1` isn't of the route's family; write `via inet6 ADDRESS`"},
        {"default nexthop via 10.0.0.1 nexthop via 10.0.0.2", "9: `nexthop` isn't supported in routes"},
        {"10.0.0.0/8 dev lan metric -1", "27: `metric` takes a number up to 4294967295, not `-1`"},
        {"10.0.0.0/8 dev lan table mian",
         "26: `mian` isn't a table; give its number, or local, main or default"},
        {"10.0.0.0/8 dev lan tos 0x11", "24: the two lowest bits of a TOS are ECN's and can't be matched"},
        {"10.0.0.300/32 dev lan", "1: `10.0.0.300/32` isn't an address or a prefix"},
    };
    for (const auto& [text, error] : cases) {
        const auto route = parse_route(text, all);
        ASSERT_FALSE(route) << text;
        EXPECT_EQ(route.error().text(), error);
    }
}

TEST(RuleText, RoundTrips) {
    const Interfaces all = two();
    const std::pair<const char*, const char*> cases[] = {
        {"fwmark 0x1/0xff lookup 100", "0:\tfrom all fwmark 0x1/0xff lookup 100"},
        {"from 10.0.0.0/8 iif lan table 7 priority 100", "100:\tfrom 10.0.0.0/8 iif lan lookup 7"},
        {"ip rule add not from 10.0.0.0/8 lookup main", "0:\tnot from 10.0.0.0/8 lookup main"},
        {"tos 0x10 lookup 5 pref 3", "3:\tfrom all tos 0x10 lookup 5"},
        {"to 192.0.2.1 oif wan ipproto tcp prohibit", "0:\tfrom all to 192.0.2.1 oif wan ipproto 6 prohibit"},
        {"-6 fwmark 5 unreachable", "0:\tfrom all fwmark 0x5 unreachable"},
        {"from all blackhole", "0:\tfrom all blackhole"},
    };
    for (const auto& [text, printed] : cases) {
        const auto rule = parse_rule(text, all);
        ASSERT_TRUE(rule) << text << ": " << rule.error().text();
        EXPECT_EQ(to_string(*rule, all), printed);
    }
    EXPECT_EQ(parse_rule("from fd00::/8 lookup 7", all)->family, Family::ipv6);
}

TEST(RuleText, SaysWhatIsWrongAndWhere) {
    const Interfaces all = two();
    const std::pair<const char*, const char*> cases[] = {
        {"", "1: the rule is empty"},
        {"from 10.0.0.0/8", "6: the rule has no action; end it with `lookup TABLE`"},
        {"form 10.0.0.0/8 lookup 5", "1: unknown word `form` in a rule; did you mean `from`?"},
        {"fwmark 1/x lookup 5", "8: `1/x` isn't MARK or MARK/MASK"},
        {"from 10.0.0.0/8 goto 100", "17: `goto` isn't supported in rules"},
        {"from 10.0.0.0/8 to fd00::/8 lookup 5", "20: `fd00::/8` is an IPv6 prefix where IPv4 is meant"},
        {"lookup 5 prohibit", "10: `prohibit`: the rule has its action already"},
    };
    for (const auto& [text, error] : cases) {
        const auto rule = parse_rule(text, all);
        ASSERT_FALSE(rule) << text;
        EXPECT_EQ(rule.error().text(), error);
    }
}

}  // namespace
}  // namespace gatehouse::route

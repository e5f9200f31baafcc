// Lines of `ip route` and `ip rule`, of any text: each is refused with a column, or means what its printed
// form means. What is taken goes into a router, is asked for, and comes out again, and then the router is as
// it was.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "packet/reason.h"
#include "route/router.h"
#include "route/text.h"

namespace {

using namespace gatehouse;
using namespace gatehouse::route;

constexpr std::size_t most_lines = 64;

void expect(bool fine) {
    if (!fine) std::abort();
}

Interfaces three() {
    const auto address = [](std::string_view text, Family family) { return *parse_address(text, family); };
    Interfaces all;
    all.add({.name = "lo", .loopback = true, .addresses = {{Family::ipv4, Address::v4(0x7f000001), 8}}});
    all.add({.name = "lan",
             .addresses = {{Family::ipv4, address("10.0.1.1", Family::ipv4), 24},
                           {Family::ipv6, address("fd00:1::1", Family::ipv6), 64}}});
    all.add({.name = "wan", .addresses = {{Family::ipv4, address("192.0.2.1", Family::ipv4), 24}}});
    return all;
}

// Every route and rule, sorted: the first policy rule parts IPv4's tables, and with them the order of routes.
std::vector<std::string> shown(const Router& router) {
    std::vector<std::string> all;
    for (const Family family : {Family::ipv4, Family::ipv6}) {
        router.for_each_route(
            family, [&](const Route& route) { all.push_back(to_string(route, router.interfaces())); });
        for (const Rule& rule : router.rules(family)) all.push_back(to_string(rule, router.interfaces()));
    }
    std::ranges::sort(all);
    return all;
}

void ask(const Router& router, Family family, const Address& address) {
    Key key{.family = family, .source = address, .destination = address, .interface = InterfaceId{1}};
    for (const Decision& decision : {router.input(key), router.output(key)}) {
        expect(decision.kind != Kind::drop || decision.reason != Reason::none);
        router.neighbour(decision, family, address);
    }
    router.address_type(address, family);
    router.reverse_path(key, {});
}

// Reads a line and what it is printed as; nothing when it is refused.
template <class Parse>
auto read(Parse parse, std::string_view line, const Interfaces& interfaces) {
    const auto read = parse(line, interfaces);
    if (!read) expect(!read.error().what.empty() && read.error().place.column > 0);
    return read;
}

// As it is written to add it: what is shown doesn't say the family, and shows a rule's priority in front
// ("7:\tfrom all").
std::string to_add(std::string shown, Family family) {
    if (const auto colon = shown.find(":\t"); colon != std::string::npos)
        shown = shown.substr(colon + 2) + " priority " + shown.substr(0, colon);
    return is_v4(family) ? shown : "-6 " + shown;
}

template <class T, class Parse>
void expect_same_again(const T& value, Family family, Parse parse, const Interfaces& interfaces) {
    const std::string text = to_string(value, interfaces);
    const auto again = parse(to_add(text, family), interfaces);
    expect(again && to_string(*again, interfaces) == text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Interfaces interfaces = three();
    static const Router untouched(interfaces);
    static const std::vector<std::string> before = shown(untouched);
    auto lines = split({reinterpret_cast<const char*>(data), size}, '\n');
    if (lines.size() > most_lines) lines.resize(most_lines);

    Router router(untouched);
    std::vector<Route> routes;
    std::vector<Rule> rules;
    for (const auto line : lines) {
        if (const auto route = read(parse_route, line, interfaces)) {
            expect_same_again(*route, route->prefix.family, parse_route, interfaces);
            if (router.add(*route)) routes.push_back(*route);
            ask(router, route->prefix.family, route->prefix.address);
        }
        if (const auto rule = read(parse_rule, line, interfaces)) {
            expect_same_again(*rule, rule->family, parse_rule, interfaces);
            if (router.add(*rule)) rules.push_back(*rule);
            if (rule->from) ask(router, rule->family, rule->from->address);
        }
    }
    for (std::size_t i = routes.size(); i-- > 0;) expect(router.remove(routes[i]).has_value());
    for (std::size_t i = rules.size(); i-- > 0;) expect(router.remove(rules[i]).has_value());
    expect(shown(router) == before);
    return 0;
}

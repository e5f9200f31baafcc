// What Linux 6.18 answered to `ip route get` in a namespace with the same interfaces, routes and rules.
#include <gtest/gtest.h>
#include <sstream>

#include "base/text.h"
#include "packet/reason.h"
#include "route/router.h"
#include "route/text.h"

namespace gatehouse::route {
namespace {

// What `ip route get` was asked, and its answer in short: kind, device, gateway and, for packets that start
// here without a source, the source chosen; or the error.
struct Case {
    const char* query;
    const char* answer;
};

const char* const routes[] = {"default via 192.0.2.254",
                              "blackhole 10.9.0.0/16",
                              "unreachable 10.10.0.0/16",
                              "prohibit 10.11.0.0/16",
                              "throw 10.12.0.0/16",
                              "172.16.0.0/12 via 10.0.0.254",
                              "172.16.5.0/24 dev wan",
                              "172.20.0.0/16 via 10.0.0.253 tos 0x10",
                              "172.20.0.0/16 via 10.0.0.252 metric 5",
                              "172.21.0.0/16 dev wan metric 1",
                              "172.21.0.0/16 dev lan metric 2",
                              "8.8.4.4 via 10.0.0.254 src 10.0.0.2",
                              "198.51.100.7 via 10.1.0.0",
                              "multicast 239.0.0.0/8 dev lan",
                              "-6 default via fe80::fe dev wan",
                              "-6 2001:db8:9::/48 via 2001:db8:1::fe",
                              "-6 blackhole 2001:db8:a::/48",
                              "-6 unreachable 2001:db8:b::/48",
                              "-6 prohibit 2001:db8:c::/48",
                              "-6 throw 2001:db8:d::/48",
                              "-6 2001:db8:e::/48 dev lan metric 20",
                              "-6 2001:db8:e::/48 dev wan metric 10",
                              "-6 2001:db8:f::/48 via 2001:db8:2::fe src 2001:db8:1::1",
                              "-6 unreachable 2001:db8:e:1::/64"};

// Beside the routes above; rules begin with "rule".
const char* const policy[] = {"default via 10.0.0.254 table 100",
                              "default via 10.1.0.0 table 101",
                              "throw 9.9.9.0/24 table 101",
                              "local default dev lo table 99",
                              "10.50.0.0/16 dev wan table 103",
                              "rule fwmark 0x1/0xff lookup 100",
                              "rule from 10.0.0.64/26 iif lan lookup 101",
                              "rule fwmark 0x63 lookup 99 priority 40",
                              "rule not from 10.0.0.0/8 to 203.0.113.0/24 prohibit priority 50",
                              "rule tos 0x10 lookup 103",
                              "rule to 203.0.114.0/24 unreachable",
                              "rule to 203.0.115.0/24 blackhole",
                              "rule oif wan to 203.0.116.0/24 lookup 100",
                              "rule ipproto tcp to 203.0.117.0/24 lookup 100",
                              "rule iif lo to 203.0.118.0/24 lookup 100",
                              "-6 default via 2001:db8:1::fe table 100",
                              "-6 local default dev lo table 99",
                              "rule -6 fwmark 0x1/0xff lookup 100",
                              "rule -6 fwmark 0x63 lookup 99",
                              "rule -6 from 2001:db8:1:0:8000::/65 iif lan prohibit",
                              "rule -6 to 2001:db8:77::/48 unreachable",
                              "rule -6 to 2001:db8:78::/48 blackhole",
                              "rule -6 tos 0x10 to 2001:db8:79::/48 lookup 100",
                              "rule -6 iif lo to 2001:db8:7a::/48 lookup 100"};

const Case plain4[] = {
    {"8.8.8.8 from 10.0.0.5 iif lan", "forward wan via 192.0.2.254"},
    {"8.8.8.8 from 192.0.2.9 iif wan", "forward wan via 192.0.2.254"},
    {"10.0.0.7 from 192.0.2.9 iif wan", "forward lan"},
    {"10.0.0.1 from 192.0.2.9 iif wan", "local"},
    {"10.0.0.2 from 192.0.2.9 iif wan", "local"},
    {"10.0.0.255 from 10.0.0.5 iif lan", "broadcast"},
    {"10.0.0.0 from 10.0.0.5 iif lan", "forward lan"},
    {"10.0.0.255 from 192.0.2.9 iif wan", "broadcast"},
    {"255.255.255.255 from 10.0.0.5 iif lan", "broadcast"},
    {"255.255.255.255 from 0.0.0.0 iif lan", "broadcast"},
    {"224.0.0.1 from 10.0.0.5 iif lan", "multicast"},
    {"224.0.0.5 from 10.0.0.5 iif lan", "Invalid argument"},
    {"239.1.1.1 from 10.0.0.5 iif lan", "Invalid argument"},
    {"10.9.1.1 from 10.0.0.5 iif lan", "Invalid argument"},
    {"10.10.1.1 from 10.0.0.5 iif lan", "No route to host"},
    {"10.11.1.1 from 10.0.0.5 iif lan", "Permission denied"},
    {"10.12.1.1 from 10.0.0.5 iif lan", "Network is unreachable"},
    {"172.16.5.1 from 10.0.0.5 iif lan", "forward wan"},
    {"172.17.0.1 from 192.0.2.9 iif wan", "forward lan via 10.0.0.254"},
    {"172.20.0.1 from 192.0.2.9 iif wan", "forward lan via 10.0.0.252"},
    {"172.20.0.1 from 192.0.2.9 iif wan tos 0x10", "forward lan via 10.0.0.253"},
    {"172.20.0.1 from 192.0.2.9 iif wan tos 0x08", "forward lan via 10.0.0.252"},
    {"172.20.0.1 from 192.0.2.9 iif wan tos 0x30", "forward lan via 10.0.0.253"},
    {"172.20.0.1 from 192.0.2.9 iif wan tos 0x14", "forward lan via 10.0.0.252"},
    {"172.21.0.1 from 10.0.0.5 iif lan", "forward wan"},
    {"8.8.8.8 from 10.0.0.1 iif lan", "Invalid argument"},
    {"8.8.8.8 from 10.0.0.2 iif wan", "Invalid argument"},
    {"8.8.8.8 from 192.0.2.1 iif lan", "Invalid argument"},
    {"8.8.8.8 from 224.0.0.1 iif lan", "Invalid argument"},
    {"8.8.8.8 from 255.255.255.255 iif lan", "Invalid argument"},
    {"8.8.8.8 from 127.0.0.1 iif lan", "Invalid argument"},
    {"127.0.0.1 from 10.0.0.5 iif lan", "Invalid argument"},
    {"8.8.8.8 from 10.0.0.255 iif lan", "forward wan via 192.0.2.254"},
    {"8.8.8.8 from 0.0.0.0 iif lan", "Invalid argument"},
    {"8.8.8.8 from 0.1.2.3 iif lan", "forward wan via 192.0.2.254"},
    {"0.1.2.3 from 10.0.0.5 iif lan", "forward wan via 192.0.2.254"},
    {"0.0.0.0 from 10.0.0.5 iif lan", "Invalid argument"},
    {"10.1.0.0 from 192.0.2.9 iif wan", "forward lan"},
    {"10.1.0.1 from 192.0.2.9 iif wan", "local"},
    {"10.2.0.1 from 192.0.2.9 iif wan", "local"},
    {"10.2.0.2 from 192.0.2.9 iif wan", "forward wan via 192.0.2.254"},
    {"8.8.8.8 from 203.0.113.1 iif lan", "forward wan via 192.0.2.254"},
    {"240.0.0.1 from 10.0.0.5 iif lan", "forward wan via 192.0.2.254"},
    {"8.8.8.8 from 240.0.0.1 iif lan", "forward wan via 192.0.2.254"},
    {"10.0.0.1 from 10.0.0.1 iif lan", "Invalid argument"},
    {"10.0.0.255 from 10.0.0.1 iif lan", "Invalid argument"},
    {"8.8.8.8 from 10.9.0.1 iif lan", "forward wan via 192.0.2.254"},
    {"169.254.1.1 from 10.0.0.5 iif lan", "forward wan via 192.0.2.254"},
    {"8.8.8.8", "forward wan via 192.0.2.254 src 192.0.2.1"},
    {"10.0.0.7", "forward lan src 10.0.0.1"},
    {"10.0.0.1", "local src 10.0.0.1"},
    {"10.0.0.2", "local src 10.0.0.1"},
    {"192.0.2.1", "local src 192.0.2.1"},
    {"127.0.0.1", "local src 127.0.0.1"},
    {"127.1.2.3", "local src 127.0.0.1"},
    {"10.0.0.255", "broadcast lan src 10.0.0.1"},
    {"192.0.2.255", "broadcast wan src 192.0.2.1"},
    {"255.255.255.255 oif lan", "broadcast lan src 10.0.0.1"},
    {"255.255.255.255", "broadcast wan src 192.0.2.1"},
    {"224.0.0.5", "multicast wan src 192.0.2.1"},
    {"224.0.0.5 oif lan", "multicast lan src 10.0.0.1"},
    {"239.1.1.1", "multicast lan src 10.0.0.1"},
    {"239.1.1.1 oif wan", "multicast wan src 192.0.2.1"},
    {"8.8.4.4", "forward lan via 10.0.0.254 src 10.0.0.2"},
    {"198.51.100.7", "forward lan via 10.1.0.0 src 10.1.0.1"},
    {"10.1.0.0", "forward lan src 10.1.0.1"},
    {"10.2.0.1", "local src 10.2.0.1"},
    {"10.9.1.1", "Invalid argument"},
    {"10.10.1.1", "No route to host"},
    {"10.11.1.1", "Permission denied"},
    {"10.12.1.1", "Network is unreachable"},
    {"172.16.5.1", "forward wan src 192.0.2.1"},
    {"172.17.0.1", "forward lan via 10.0.0.254 src 10.0.0.1"},
    {"172.20.0.1", "forward lan via 10.0.0.252 src 10.0.0.1"},
    {"172.20.0.1 tos 0x10", "forward lan via 10.0.0.253 src 10.0.0.1"},
    {"172.21.0.1", "forward wan src 192.0.2.1"},
    {"172.21.0.1 oif lan", "forward lan src 10.0.0.1"},
    {"8.8.8.8 oif lan", "forward lan src 10.0.0.1"},
    {"172.17.0.1 oif wan", "forward wan via 192.0.2.254 src 192.0.2.1"},
    {"10.0.0.7 oif wan", "forward wan via 192.0.2.254 src 192.0.2.1"},
    {"10.9.1.1 oif lan", "forward lan src 10.0.0.1"},
    {"8.8.8.8 from 10.0.0.1", "forward wan via 192.0.2.254"},
    {"8.8.8.8 from 10.0.0.2", "forward wan via 192.0.2.254"},
    {"10.0.0.7 from 192.0.2.1", "forward lan"},
    {"10.0.0.7 from 127.0.0.1", "Invalid argument"},
    {"224.0.0.5 from 10.0.0.1", "multicast lan"},
    {"255.255.255.255 from 192.0.2.1", "broadcast wan"},
    {"0.0.0.0", "local src 127.0.0.1"},
    {"10.0.0.1 oif wan", "forward wan via 192.0.2.254 src 192.0.2.1"},
    {"10.0.0.1 from 192.0.2.1", "local"},
};

const Case plain6[] = {
    {"2001:4860::1 from 2001:db8:1::5 iif lan", "forward wan via fe80::fe"},
    {"2001:db8:1::1 from 2001:db8:2::9 iif wan", "local"},
    {"2001:db8:1:: from 2001:db8:2::9 iif wan", "local"},
    {"2001:db8:1::7 from 2001:db8:2::9 iif wan", "forward lan"},
    {"fe80::1 from fe80::9 iif lan", "local"},
    {"fe80::1 from fe80::9 iif wan", "forward wan"},
    {"fe80::2 from fe80::9 iif wan", "local"},
    {"fe80::77 from fe80::9 iif wan", "forward wan"},
    {"fe80:: from fe80::9 iif wan", "local"},
    {"2001:db8:9::1 from 2001:db8:2::9 iif wan", "forward lan via 2001:db8:1::fe"},
    {"2001:db8:a::1 from 2001:db8:2::9 iif wan", "Invalid argument"},
    {"2001:db8:b::1 from 2001:db8:2::9 iif wan", "No route to host"},
    {"2001:db8:c::1 from 2001:db8:2::9 iif wan", "Permission denied"},
    {"2001:db8:d::1 from 2001:db8:1::9 iif lan", "Network is unreachable"},
    {"2001:db8:e::1 from 2001:db8:1::9 iif lan", "forward wan"},
    {"2001:db8:e::1 from 2001:db8:2::9 iif wan", "forward wan"},
    {"2001:db8:e:1::1 from 2001:db8:2::9 iif wan", "No route to host"},
    {"::1 from 2001:db8:2::9 iif wan", "forward wan via fe80::fe"},
    {"2001:4860::1 from 2001:db8:1::1 iif lan", "forward wan via fe80::fe"},
    {"2001:db8:2::2 from 2001:db8:1::5 iif lan", "local"},
    {"fd00:2:: from 2001:db8:1::5 iif lan", "local"},
    {"2001:4860::1", "forward wan via fe80::fe src 2001:db8:2::2"},
    {"2001:db8:1::7", "forward lan src 2001:db8:1::1"},
    {"2001:db8:1::1", "local src 2001:db8:1::1"},
    {"2001:db8:1::", "local src 2001:db8:1::1"},
    {"::1", "local src ::1"},
    {"fe80::77 oif lan", "forward lan src fe80::1"},
    {"fe80::77 oif wan", "forward wan src fe80::2"},
    {"fe80::77", "forward lan src fe80::1"},
    {"fe80::1", "local src fe80::1"},
    {"fe80::2 oif lan", "forward lan src fe80::1"},
    {"2001:db8:9::1", "forward lan via 2001:db8:1::fe src 2001:db8:1::1"},
    {"2001:db8:a::1", "Invalid argument"},
    {"2001:db8:b::1", "No route to host"},
    {"2001:db8:c::1", "Permission denied"},
    {"2001:db8:d::1", "Network is unreachable"},
    {"2001:db8:e::1", "forward wan src 2001:db8:2::2"},
    {"2001:db8:e::1 oif lan", "forward lan src 2001:db8:1::1"},
    {"2001:db8:e:1::1", "No route to host"},
    {"2001:db8:f::1", "forward wan via 2001:db8:2::fe src 2001:db8:1::1"},
    {"fd00:2::7", "forward wan src fd00:2::1"},
    {"fd12::1", "forward wan via fe80::fe src fd00:2::1"},
    {"2001:4860::1 oif lan", "Network is unreachable"},
    {"2001:db8:2::7 oif lan", "Network is unreachable"},
    {"ff02::1 oif lan", "multicast lan src fe80::1"},
    {"ff02::1 oif wan", "multicast wan src fe80::2"},
    {"ff05::2 oif wan", "multicast wan src 2001:db8:2::2"},
    {"2001:db8:2::7", "forward wan src 2001:db8:2::2"},
    {"2001:4860::1 from 2001:db8:2::2", "forward wan via fe80::fe"},
    {"2001:4860::1 oif wan", "forward wan via fe80::fe src 2001:db8:2::2"},
    {"2002:1::1", "forward wan via fe80::fe src 2001:db8:2::2"},
};

// rp_filter is 1 on lan and 2 on wan.
const Case filtered4[] = {
    {"8.8.8.8 from 10.0.0.5 iif lan", "forward wan via 192.0.2.254"},
    {"8.8.8.8 from 203.0.113.5 iif lan", "Invalid argument"},
    {"10.0.0.7 from 203.0.113.5 iif wan", "forward lan"},
    {"10.0.0.7 from 172.17.0.1 iif wan", "forward lan"},
    {"10.0.0.7 from 10.9.0.1 iif wan", "Invalid argument"},
    {"10.0.0.1 from 203.0.113.5 iif lan", "Invalid argument"},
    {"10.0.0.255 from 203.0.113.5 iif lan", "Invalid argument"},
    {"8.8.8.8 from 172.17.0.1 iif lan", "forward wan via 192.0.2.254"},
    {"8.8.8.8 from 172.16.5.9 iif lan", "Invalid argument"},
    {"8.8.8.8 from 10.0.0.255 iif lan", "Invalid argument"},
    {"8.8.8.8 from 192.0.2.1 iif lan", "Invalid argument"},
    {"10.0.0.7 from 10.10.0.1 iif wan", "Invalid argument"},
    {"224.0.0.1 from 203.0.113.5 iif lan", "Invalid argument"},
    {"255.255.255.255 from 203.0.113.5 iif lan", "Invalid argument"},
    {"10.0.0.7 from 10.0.0.1 iif wan", "Invalid argument"},
};

const Case policy4[] = {
    {"8.8.8.8 from 10.0.0.5 iif lan mark 1", "Permission denied"},
    {"8.8.8.8 from 10.0.0.5 iif lan mark 0x101", "Permission denied"},
    {"8.8.8.8 from 10.0.0.5 iif lan mark 2", "Permission denied"},
    {"8.8.8.8 from 10.0.0.70 iif lan", "Permission denied"},
    {"8.8.8.8 from 10.0.0.70 iif wan", "Permission denied"},
    {"9.9.9.9 from 10.0.0.70 iif lan", "Permission denied"},
    {"8.8.8.8 from 10.0.0.5 iif lan mark 0x63", "local"},
    {"203.0.113.5 from 192.0.2.9 iif wan", "Permission denied"},
    {"203.0.113.5 from 10.0.0.5 iif lan", "forward wan via 192.0.2.254"},
    {"10.50.1.1 from 10.0.0.5 iif lan tos 0x10", "forward wan"},
    {"10.50.1.1 from 10.0.0.5 iif lan", "Permission denied"},
    {"10.50.1.1 from 10.0.0.5 iif lan tos 0x30", "forward wan"},
    {"10.50.1.1 from 10.0.0.5 iif lan tos 0x18", "Permission denied"},
    {"203.0.114.1 from 10.0.0.5 iif lan", "Network is unreachable"},
    {"203.0.115.1 from 10.0.0.5 iif lan", "Invalid argument"},
    {"203.0.116.1 from 10.0.0.5 iif lan", "Permission denied"},
    {"203.0.116.1", "Permission denied"},
    {"203.0.116.1 oif wan", "forward wan src 192.0.2.1"},
    {"203.0.117.1 ipproto tcp", "forward lan via 10.0.0.254 src 10.0.0.1"},
    {"203.0.117.1 ipproto udp", "Permission denied"},
    {"203.0.118.1", "forward lan via 10.0.0.254 src 10.0.0.1"},
    {"203.0.118.1 from 10.0.0.5 iif lan", "Permission denied"},
    {"10.0.0.1 from 192.0.2.9 iif wan mark 1", "local"},
    {"8.8.8.8 mark 1", "Permission denied"},
    {"8.8.8.8 mark 0x63", "local src 8.8.8.8"},
    {"8.8.8.8 from 10.0.0.1 iif lan", "Permission denied"},
    {"8.8.8.8 from 10.0.0.255 iif lan", "Permission denied"},
};

const Case policy6[] = {
    {"2001:4860::1 from 2001:db8:1::5 iif lan mark 1", "forward lan via 2001:db8:1::fe"},
    {"2001:4860::1 from 2001:db8:1::5 iif lan mark 0x63", "local"},
    {"2001:4860::1 from 2001:db8:1::5 iif lan mark 0x163", "forward wan via fe80::fe"},
    {"2001:4860::1 from 2001:db8:1:0:8000::5 iif lan", "Permission denied"},
    {"2001:db8:77::1 from 2001:db8:1::5 iif lan", "Network is unreachable"},
    {"2001:db8:78::1 from 2001:db8:1::5 iif lan", "Invalid argument"},
    {"2001:db8:79::1 from 2001:db8:1::5 iif lan", "forward wan via fe80::fe"},
    {"2001:db8:79::1 from 2001:db8:1::5 iif lan tos 0x10", "forward lan via 2001:db8:1::fe"},
    {"2001:db8:79::1 from 2001:db8:1::5 iif lan tos 0x30", "forward wan via fe80::fe"},
    {"2001:db8:7a::1", "forward lan via 2001:db8:1::fe src 2001:db8:1::1"},
    {"2001:db8:7a::1 from 2001:db8:1::5 iif lan", "forward wan via fe80::fe"},
    {"2001:4860::1 mark 1", "forward lan via 2001:db8:1::fe src 2001:db8:1::1"},
    {"2001:4860::1 mark 0x63", "local src 2001:db8:1::1"},
    {"2001:db8:1::1 from 2001:db8:2::9 iif wan mark 1", "local"},
};

Interface with(const char* name, std::initializer_list<const char*> addresses) {
    Interface interface{.name = name};
    interface.loopback = std::string_view(name) == "lo";
    for (const std::string_view text : addresses) {
        const auto prefix = *parse_prefix(text);
        const auto host = *parse_address(text.substr(0, text.find('/')), prefix.family);
        interface.addresses.push_back({prefix.family, host, prefix.length});
    }
    return interface;
}

Interfaces two_interfaces() {
    Interfaces all;
    all.add(with("lo", {}));
    all.add(with("lan", {"10.0.0.1/24", "10.0.0.2/24", "10.1.0.1/31", "10.2.0.1/32", "2001:db8:1::1/64",
                         "fe80::1/64"}));
    all.add(
        with("wan", {"192.0.2.1/24", "2001:db8:2::1/64", "2001:db8:2::2/64", "fd00:2::1/64", "fe80::2/64"}));
    return all;
}

void configure(Router& router, std::span<const char* const> lines) {
    for (const std::string_view line : lines) {
        if (line.starts_with("rule ")) {
            const auto rule = parse_rule(line, router.interfaces());
            ASSERT_TRUE(rule) << line << ": " << rule.error().text();
            const auto ok = router.add(*rule);
            ASSERT_TRUE(ok) << line << ": " << ok.error().text();
        } else {
            const auto route = parse_route(line, router.interfaces());
            ASSERT_TRUE(route) << line << ": " << route.error().text();
            const auto ok = router.add(*route);
            ASSERT_TRUE(ok) << line << ": " << ok.error().text();
        }
    }
}

Router make_router() {
    Router router(two_interfaces());
    configure(router, routes);
    return router;
}

// The error that the kernel has for such a drop.
std::string error_of(const Decision& decision) {
    switch (decision.reason) {
        case Reason::no_route: return "Network is unreachable";
        case Reason::route_unreachable: return "No route to host";
        case Reason::route_prohibit: return "Permission denied";
        default: return "Invalid argument";
    }
}

std::string ask(const Router& router, const std::string& query, Family family) {
    std::istringstream words(query);
    std::string word;
    words >> word;
    Key key{.family = family, .destination = *parse_address(word, family)};
    bool arrives = false;
    while (words >> word) {
        std::string value;
        words >> value;
        if (word == "from") key.source = *parse_address(value, family);
        if (word == "iif" || word == "oif") key.interface = *router.interfaces().find(value);
        if (word == "iif") arrives = true;
        if (word == "tos") key.tos = static_cast<std::uint8_t>(*parse_number(value));
        if (word == "mark") key.mark.value = static_cast<std::uint32_t>(*parse_number(value));
        if (word == "ipproto") key.protocol = value == "tcp" ? 6 : 17;
    }
    const Decision decision = arrives ? router.input(key) : router.output(key);
    if (decision.kind == Kind::drop) return error_of(decision);
    constexpr const char* kinds[] = {"drop", "local", "forward", "broadcast", "multicast"};
    std::string out = kinds[static_cast<unsigned>(decision.kind)];
    if (decision.kind == Kind::forward || (!arrives && decision.kind != Kind::local)) {
        out += " " + std::string(router.interfaces().name(decision.interface));
    }
    if (decision.kind == Kind::forward && decision.next_hop(key) != key.destination) {
        out += " via " + to_string(decision.next_hop(key), family);
    }
    if (!arrives && query.find("from") == std::string::npos)
        out += " src " + to_string(decision.source, family);
    return out;
}

void expect_all(const Router& router, Family family, std::span<const Case> cases) {
    for (const auto& c : cases) EXPECT_EQ(ask(router, c.query, family), c.answer) << c.query;
}

TEST(KernelAnswers, WithTheDefaultRules) {
    const Router router = make_router();
    expect_all(router, Family::ipv4, plain4);
    expect_all(router, Family::ipv6, plain6);
}

TEST(KernelAnswers, WithReversePathFilters) {
    Router router = make_router();
    router.set_tunables(*router.interfaces().find("lan"), {.rp_filter = 1});
    router.set_tunables(*router.interfaces().find("wan"), {.rp_filter = 2});
    expect_all(router, Family::ipv4, filtered4);
}

TEST(KernelAnswers, WithPolicyRules) {
    Router router = make_router();
    const Router before = router;
    configure(router, policy);
    expect_all(router, Family::ipv4, policy4);
    expect_all(router, Family::ipv6, policy6);
    expect_all(before, Family::ipv4, plain4);  // the copy knows nothing of it
}

// Rules that say what the default ones say part the tables, and change no answer but where a route of main is
// longer than one of local.
TEST(KernelAnswers, WithTablesParted) {
    Router router = make_router();
    ASSERT_TRUE(router.add(*parse_rule("to 203.0.113.0/24 lookup 5 priority 5", router.interfaces())));
    for (const auto& c : plain4) {
        // With custom rules the kernel checks sources in the tables: a broadcast address is none.
        if (std::string_view(c.query) == "8.8.8.8 from 10.0.0.255 iif lan") continue;
        EXPECT_EQ(ask(router, c.query, Family::ipv4), c.answer) << c.query;
    }
}

}  // namespace
}  // namespace gatehouse::route

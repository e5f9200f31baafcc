#include "network/configure.h"

#include <fmt/format.h>

#include "base/text.h"
#include "network/settings.h"
#include "route/text.h"

namespace gatehouse::network {

namespace {

// The error of `result`, with the place where the description has `text`.
template <class R>
std::unexpected<Error> wrong(const Network& network, std::string_view text, const R& result) {
    Error error = result.error();
    const auto place = network.places.find(text);
    if (place != network.places.end()) error.place = place->second;
    return std::unexpected(std::move(error));
}

Result<InterfaceAddress> read_address(const std::string& text) {
    const auto slash = text.find('/');
    const auto host = std::string_view(text).substr(0, slash);
    InterfaceAddress address{.family =
                                 host.find(':') == std::string_view::npos ? Family::ipv4 : Family::ipv6};
    const auto value = parse_address(host, address.family);
    const auto prefix = parse_prefix(text);
    if (!value || !prefix)
        return fail(fmt::format("expected an address with its length, as in 192.0.2.1/24, got `{}`", text));
    address.address = *value;
    address.length = prefix->length;
    return address;
}

// "net/ipv4/conf/lan/rp_filter" split at slashes, or at dots if it has none.
std::vector<std::string_view> pieces(std::string_view name) {
    return split(name, name.find('/') == std::string_view::npos ? '.' : '/');
}

// The sysctls of one interface, of `all` or of `default`. False: not one of them.
Result<bool> set_interface_sysctl(route::Router& router, std::string_view name, std::uint64_t value) {
    const auto part = pieces(name);
    if (part.size() != 5 || part[0] != "net" || part[2] != "conf") return false;
    const bool v4 = part[1] == "ipv4";
    const auto set = [&](route::InterfaceTunables& t) {
        const auto key = part[4];
        if (key == "forwarding") {
            (v4 ? t.forwarding4 : t.forwarding6) = value != 0;
        } else if (v4 && key == "rp_filter") {
            t.rp_filter = std::max(t.rp_filter, static_cast<std::uint8_t>(value));
        } else if (v4 && key == "accept_local") {
            t.accept_local = value != 0;
        } else if (v4 && key == "route_localnet") {
            t.route_localnet = value != 0;
        } else if (v4 && key == "src_valid_mark") {
            t.src_valid_mark = value != 0;
        } else if (v4 && key == "bc_forwarding") {
            t.bc_forwarding = value != 0;
        } else {
            return false;
        }
        return true;
    };
    bool known = false, there = false;
    for (std::size_t i = 0; i < router.interfaces().size(); ++i) {
        const auto id = static_cast<InterfaceId>(i);
        if (part[3] != "all" && part[3] != "default" && router.interfaces().name(id) != part[3]) continue;
        there = true;
        auto tunables = router.tunables(id);
        known = set(tunables);
        router.set_tunables(id, tunables);
    }
    if (!there) return fail(fmt::format("sysctl `{}`: there is no interface `{}`", name, part[3]));
    return known;
}

Result<void> set_sysctl(const std::string& name, const std::string& value, route::Router& router,
                        Configuration& configuration) {
    if (track::Settings::known(name)) return configuration.tracking.set(name, value);
    Tunables& tunables = configuration.tunables;
    const auto number = parse_number(value, 0xffffffff);
    if (!number) return fail(fmt::format("sysctl `{}`: expected a number, got `{}`", name, value));
    const std::string dotted = [&] {
        std::string d = name;
        for (char& c : d) c = c == '/' ? '.' : c;
        return d;
    }();
    if (dotted == "net.ipv4.ip_forward") {
        return set_sysctl("net.ipv4.conf.all.forwarding", value, router, configuration);
    }
    const auto on_interface = set_interface_sysctl(router, name, *number);
    if (!on_interface) return std::unexpected(on_interface.error());
    if (*on_interface) return {};
    return tunables.set(name, value);
}

Result<Interfaces> make_interfaces(const Network& network) {
    Interfaces interfaces;
    interfaces.add(
        {.name = "lo",
         .mtu = 65536,
         .loopback = true,
         .addresses = {{Family::ipv4, Address::v4(0x7f000001), 8}, {Family::ipv6, {{0, 0, 0, 1}}, 128}}});
    for (const auto& port : network.ports) {
        if (interfaces.find(port.name))
            return wrong(network, port.name, fail(fmt::format("interface `{}` is there twice", port.name)));
        Interface interface{.name = port.name,
                            .mac = port.mac,
                            .mtu = port.mtu,
                            .up = port.up,
                            .accept_tagged = port.accept_tagged};
        for (const auto& text : port.addresses) {
            auto address = read_address(text);
            if (!address) return wrong(network, text, address);
            interface.addresses.push_back(*address);
        }
        interfaces.add(std::move(interface));
    }
    return interfaces;
}

Result<void> add_neighbours(const Network& network, route::Router& router) {
    for (const auto& port : network.ports) {
        for (const auto& [text, mac] : port.neighbours) {
            const Family family = text.find(':') == std::string::npos ? Family::ipv4 : Family::ipv6;
            const auto address = parse_address(text, family);
            if (!address)
                return wrong(network, text,
                             fail(fmt::format("interface `{}`: `{}` isn't an address of a neighbour",
                                              port.name, text)));
            router.neighbours().set(*router.interfaces().find(port.name), family, *address, mac);
        }
    }
    return {};
}

Result<void> add_routes(const Network& network, route::Router& router) {
    for (const auto& text : network.routes) {
        auto route = route::parse_route(text, router.interfaces());
        if (!route) return wrong(network, text, route);
        if (auto added = router.add(*route); !added)
            return wrong(network, text, fail(fmt::format("route `{}`: {}", text, added.error().text())));
    }
    for (const auto& text : network.rules) {
        auto rule = route::parse_rule(text, router.interfaces());
        if (!rule) return wrong(network, text, rule);
        if (auto added = router.add(*rule); !added)
            return wrong(network, text, fail(fmt::format("rule `{}`: {}", text, added.error().text())));
    }
    return {};
}

// The default policy first: the others begin as it is.
Result<void> set_timeouts(const Network& network, Configuration& configuration) {
    for (const bool of_default : {true, false}) {
        for (const auto& [policy, timeout, value] : network.timeouts) {
            if ((policy == configuration.tracking.timeouts.name) != of_default) continue;
            const auto done = configuration.tracking.set_timeout(policy, timeout, value);
            if (!done) return wrong(network, fmt::format("{}.{}", policy, timeout), done);
        }
    }
    return {};
}

}  // namespace

Result<Configuration> configure(const Network& network) {
    auto interfaces = make_interfaces(network);
    if (!interfaces) return std::unexpected(interfaces.error());
    auto router = std::make_shared<route::Router>(*interfaces);
    if (auto added = add_neighbours(network, *router); !added) return std::unexpected(added.error());
    if (auto added = add_routes(network, *router); !added) return std::unexpected(added.error());
    Configuration configuration;
    configuration.tracking.debug = network.debug;
    for (const auto& [name, value] : network.sysctls) {
        if (auto done = set_sysctl(name, value, *router, configuration); !done)
            return wrong(network, name, done);
    }
    if (auto done = set_timeouts(network, configuration); !done) return std::unexpected(done.error());
    for (const auto& [name, value] : network.settings) {
        if (auto done = set(configuration, name, value); !done) return wrong(network, name, done);
    }
    configuration.router = std::move(router);
    return configuration;
}

}  // namespace gatehouse::network

// The routes that interfaces and their addresses bring along, as the kernel makes them.
#include <bit>

#include "route/router.h"

namespace gatehouse::route {

namespace {

Prefix host(Family family, const Address& address) {
    return {family, address, static_cast<std::uint8_t>(address_bits(family))};
}

Prefix network(const InterfaceAddress& a) { return {a.family, a.address & prefix_mask(a.length), a.length}; }

constexpr std::uint32_t connected_metric6 = 256;

}  // namespace

void Router::take_interfaces(const Interfaces& interfaces) {
    auto shared = std::make_shared<Shared>();
    shared->interfaces = interfaces;
    std::vector<std::uint32_t> own;
    for (std::size_t i = 0; i < interfaces.size(); ++i) {
        const auto id = static_cast<InterfaceId>(i);
        if (interfaces[id].loopback && shared->loopback == InterfaceId::none) shared->loopback = id;
        for (const auto& a : interfaces[id].addresses) {
            if (is_v4(a.family)) own.push_back(a.address.words[0]);
        }
    }
    shared->own4.assign(std::bit_ceil(own.size() * 64 + 2), 0);
    shared->own4_mask = static_cast<std::uint32_t>(shared->own4.size() - 1);
    for (const std::uint32_t a : own) {
        std::uint32_t i = (a * 0x9e3779b1u) >> 16 & shared->own4_mask;
        while (shared->own4[i] != 0) i = (i + 1) & shared->own4_mask;
        shared->own4[i] = a;
    }
    shared_ = std::move(shared);
}

// fib_add_ifaddr(): the first address of a network is its primary one and names the source of all of them.
void Router::add_addresses4(InterfaceId id) {
    const Interface& interface = interfaces()[id];
    std::vector<InterfaceAddress> addresses;
    for (const auto& a : interface.addresses) {
        if (is_v4(a.family)) addresses.push_back(a);
    }
    if (interface.loopback && interface.up && addresses.empty()) {
        addresses.push_back({Family::ipv4, Address::v4(0x7f000001), 8});
    }
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        const auto& a = addresses[i];
        const auto primary = [&] {
            for (std::size_t k = 0; k < i; ++k) {
                if (addresses[k].length == a.length && network(addresses[k]) == network(a))
                    return addresses[k];
            }
            return a;
        }();
        const bool secondary = primary.address != a.address;
        Nexthop n{.has_source = true, .interface = id, .source = primary.address, .table = TableId::local};
        const auto add = [&](RouteType type, Scope scope, const Prefix& prefix) {
            n.type = type;
            n.scope = scope;
            n.table = type == RouteType::unicast ? TableId::main : TableId::local;
            put(prefix, n);
        };
        add(RouteType::local, Scope::host, host(a.family, a.address));
        const Prefix net = network(a);
        if (!interface.up || secondary || net.address.is_unspecified() || a.length == 32) continue;
        if (interface.loopback) {
            add(RouteType::local, Scope::host, net);
        } else {
            add(RouteType::unicast, Scope::link, net);
        }
        if (a.length < 31) {
            const std::uint32_t last = net.address.words[0] | ~prefix_mask(a.length).words[0];
            add(RouteType::broadcast, Scope::link, host(a.family, Address::v4(last)));
        }
    }
}

// addrconf: an interface that is down has no IPv6 addresses.
void Router::add_addresses6(InterfaceId id) {
    const Interface& interface = interfaces()[id];
    if (!interface.up) return;
    const Nexthop local{.type = RouteType::local, .interface = id, .table = TableId::local};
    if (interface.loopback) put(host(Family::ipv6, loopback6), local);
    for (const auto& a : interface.addresses) {
        if (is_v4(a.family) || a.address == loopback6) continue;
        put(host(a.family, a.address), local);
        const Prefix net = network(a);
        put(net, {.type = RouteType::unicast,
                  .interface = id,
                  .table = TableId::main,
                  .metric = connected_metric6});
        // The subnet-router anycast address (RFC 4291, section 2.6.1), but on point-to-point links (RFC
        // 6164).
        if (tunables_[index(id)].forwarding6 && a.length < 127 && !net.address.is_unspecified()) {
            Nexthop anycast = local;
            anycast.type = RouteType::anycast;
            put(host(a.family, net.address), anycast);
        }
    }
    if (!interface.loopback) {
        put({Family::ipv6, {{0xff000000}}, 8}, {.type = RouteType::multicast,
                                                .interface = id,
                                                .table = TableId::local,
                                                .metric = connected_metric6});
    }
}

}  // namespace gatehouse::route

#include "network.h"

#include <fmt/format.h>

namespace gatehouse::generator {
namespace {

constexpr const char* names[] = {"lan", "wan", "dmz"};
constexpr unsigned inside[] = {2, 3, 7, 8, 15, 16, 63, 64, 127, 128, 254};

std::vector<std::string> hosts_of(Family family, unsigned port) {
    std::vector<std::string> all;
    for (const unsigned host : inside) {
        all.push_back(is_v4(family) ? fmt::format("10.0.{}.{}", port + 1, host)
                                    : fmt::format("fd00:{}::{:x}", port + 1, host));
    }
    return all;
}

std::vector<std::string> all_hosts(Family family) {
    std::vector<std::string> all;
    for (unsigned port = 0; port < 3; ++port) {
        for (auto& host : hosts_of(family, port)) all.push_back(std::move(host));
    }
    if (is_v4(family)) {
        for (const char* far : {"192.0.2.1", "192.0.2.129", "198.51.100.7", "203.0.113.255", "8.8.8.8"})
            all.emplace_back(far);
    } else {
        for (const char* far : {"2001:db8::1", "2001:db8:8000::1", "2001:db8::8000:0:0:1", "2600::1"})
            all.emplace_back(far);
    }
    return all;
}

}  // namespace

Mac neighbour(unsigned port) { return {{2, 0, 0, 1, 0, static_cast<std::uint8_t>(port + 1)}}; }

network::Network network() {
    network::Network network;
    for (unsigned i = 0; i < 3; ++i) {
        network::Port port{
            .name = names[i],
            .mac = {{2, 0, 0, 0, 0, static_cast<std::uint8_t>(i + 1)}},
            .addresses = {fmt::format("10.0.{}.1/24", i + 1), fmt::format("fd00:{}::1/64", i + 1)},
            .mtu = i == 2 ? 1300u : 1500u};
        for (const Family family : {Family::ipv4, Family::ipv6}) {
            for (const auto& host : hosts_of(family, i)) port.neighbours.emplace_back(host, neighbour(i));
        }
        network.ports.push_back(std::move(port));
    }
    network.routes = {"default via 10.0.2.2",           "default via fd00:2::2",
                      "blackhole 10.9.1.0/24",          "unreachable 10.9.2.0/24",
                      "prohibit 10.9.3.0/24",           "unreachable fd09:2::/64",
                      "blackhole fd09:1::/64",          "prohibit fd09:3::/64",
                      "default via 10.0.3.2 table 100", "default via fd00:3::2 table 100"};
    network.rules = {"fwmark 0x1/0x1 lookup 100", "-6 fwmark 0x1/0x1 lookup 100"};
    network.sysctls = {{"net.ipv4.icmp_ratelimit", "0"},
                       {"net.ipv4.icmp_msgs_per_sec", "100000"},
                       {"net.ipv4.icmp_msgs_burst", "100000"},
                       {"net.ipv6.icmp.ratelimit", "0"},
                       {"track.pickup", "linux"}};
    return network;
}

network::Network kernel_network() {
    network::Network kernels = network();
    std::erase_if(kernels.sysctls, [](const auto& one) { return one.first.starts_with("track."); });
    for (const char* family : {"ipv4.ip", "ipv6.ip6"}) {
        kernels.sysctls.emplace_back(fmt::format("net.{}frag_time", family), "3600");
        kernels.sysctls.emplace_back(fmt::format("net.{}frag_high_thresh", family), "1000000000");
    }
    // Its flow labels are drawn at random, and rules may look at them.
    kernels.sysctls.emplace_back("net.ipv6.auto_flowlabels", "0");
    return kernels;
}

const std::vector<std::string>& hosts(Family family) {
    static const std::vector<std::string> v4 = all_hosts(Family::ipv4), v6 = all_hosts(Family::ipv6);
    return is_v4(family) ? v4 : v6;
}

const std::vector<std::string>& special(Family family) {
    static const std::vector<std::string> v4{
        "10.0.1.1",  "10.0.2.1",  "10.0.3.1", "10.0.1.255", "10.0.2.255", "224.0.0.1", "255.255.255.255",
        "239.1.2.3", "127.0.0.1", "0.0.0.0",  "240.0.0.1",  "10.9.1.1",   "10.9.2.1",  "10.9.3.1"};
    static const std::vector<std::string> v6{
        "fd00:1::1", "fd00:2::1", "fd00:3::1",  "ff02::1",   "ff05::9",   "ff0e::1",
        "::1",       "::",        "fe80::1234", "fd09:1::1", "fd09:2::1", "fd09:3::1"};
    return is_v4(family) ? v4 : v6;
}

}  // namespace gatehouse::generator

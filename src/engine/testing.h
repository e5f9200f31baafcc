// For tests of the engine: a two-legged router, frames for it, and an outlet that remembers what it was
// given.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/checksum.h"
#include "engine/engine.h"
#include "packet/pool.h"

namespace gatehouse::testing {

inline const Mac lan_mac{{2, 0, 0, 0, 1, 1}}, lan_host{{2, 0, 0, 0, 1, 2}};
inline const Mac wan_mac{{2, 0, 0, 0, 2, 1}}, wan_host{{2, 0, 0, 0, 2, 2}};

// lan 10.0.1.1/24 and fd00:1::1/64, wan 192.0.2.1/24 and fd00:2::1/64, a default route by 192.0.2.254 and
// fd00:2::fe.
inline std::shared_ptr<const route::Router> two_legs() {
    const auto address = [](const char* text, Family family, std::uint8_t length) {
        return InterfaceAddress{family, *parse_address(text, family), length};
    };
    Interfaces all;
    all.add({.name = "lo",
             .mtu = 65536,
             .loopback = true,
             .addresses = {address("127.0.0.1", Family::ipv4, 8), address("::1", Family::ipv6, 128)}});
    const auto lan = all.add(
        {.name = "lan",
         .mac = lan_mac,
         .addresses = {address("10.0.1.1", Family::ipv4, 24), address("fd00:1::1", Family::ipv6, 64)}});
    const auto wan = all.add(
        {.name = "wan",
         .mac = wan_mac,
         .addresses = {address("192.0.2.1", Family::ipv4, 24), address("fd00:2::1", Family::ipv6, 64)}});
    auto router = std::make_shared<route::Router>(all);
    const auto neighbour = [&](InterfaceId id, Family family, const char* text, const Mac& mac) {
        router->neighbours().set(id, family, *parse_address(text, family), mac);
    };
    neighbour(lan, Family::ipv4, "10.0.1.2", lan_host);
    neighbour(lan, Family::ipv6, "fd00:1::2", lan_host);
    neighbour(wan, Family::ipv4, "192.0.2.254", wan_host);
    neighbour(wan, Family::ipv6, "fd00:2::fe", wan_host);
    for (const auto& [family, gateway] :
         {std::pair{Family::ipv4, "192.0.2.254"}, std::pair{Family::ipv6, "fd00:2::fe"}}) {
        route::Route route{.prefix = {.family = family}};
        route.nexthop = {.interface = wan,
                         .has_gateway = true,
                         .gateway_family = family,
                         .gateway = *parse_address(gateway, family)};
        (void)router->add(route);
    }
    return router;
}

// A UDP packet in an Ethernet frame from the LAN's host to its router.
inline std::vector<std::uint8_t> udp_frame(Family family, const std::string& from, const std::string& to,
                                           std::uint16_t dport, std::uint8_t ttl = 64,
                                           std::size_t payload = 4) {
    const bool v4 = is_v4(family);
    const std::size_t header = v4 ? 20 : 40;
    std::vector<std::uint8_t> f(14 + header + 8 + payload);
    lan_mac.store(f.data());
    lan_host.store(&f[6]);
    store_be16(&f[12], v4 ? 0x0800 : 0x86dd);
    std::uint8_t* ip = &f[14];
    const Address source = *parse_address(from, family), destination = *parse_address(to, family);
    if (v4) {
        ip[0] = 0x45;
        store_be16(ip + 2, static_cast<std::uint16_t>(28 + payload));
        ip[8] = ttl;
        ip[9] = 17;
    } else {
        ip[0] = 0x60;
        store_be16(ip + 4, static_cast<std::uint16_t>(8 + payload));
        ip[6] = 17;
        ip[7] = ttl;
    }
    source.store(ip + (v4 ? 12 : 8), family);
    destination.store(ip + (v4 ? 16 : 24), family);
    if (v4) store_be16(ip + 10, checksum::finish(checksum::add({ip, 20})));
    std::uint8_t* udp = ip + header;
    store_be16(udp, 4000);
    store_be16(udp + 2, dport);
    store_be16(udp + 4, static_cast<std::uint16_t>(8 + payload));
    std::uint64_t sum = checksum::add({ip + (v4 ? 12 : 8), v4 ? 8u : 32u}) + 17 + 8 + payload;
    store_be16(udp + 6, checksum::finish(checksum::add({udp, 8 + payload}, sum)));
    return f;
}

// Remembers how each packet ended, and the bytes of all that left.
class Recorder final : public Outlet, public Holder {
  public:
    struct Left {
        InterfaceId out;
        std::vector<std::uint8_t> bytes;
        bool ours;
    };
    void complete(Packet& packet, const Completion& completion) override {
        ended.emplace_back(completion);
        if (seen) seen(completion);
        if (completion.disposition == Disposition::forwarded)
            left.push_back({completion.out, {packet.data, packet.data + packet.length}, false});
        pool->give_back(&packet);
    }
    void transmit(const Packet& packet, InterfaceId out) override {
        left.push_back({out, {packet.data, packet.data + packet.length}, true});
    }
    void discard(const Packet&, const Completion& completion) override { discarded.emplace_back(completion); }
    void hold(Token token, const Packet&, const Waiting&) override { held.push_back(token); }

    Pool* pool = nullptr;
    std::function<void(const Completion&)> seen;
    std::vector<Ended> ended, discarded;
    std::vector<Left> left;
    std::vector<Token> held;
};

// An engine with its pool and recorder.
struct Bench {
    explicit Bench(World& world, Configuration configuration = {.router = two_legs()})
        : pool(static_cast<PoolId>(1), 16384), engine(std::move(configuration), world, recorder) {
        recorder.pool = &pool;
        engine.set_holder(&recorder);
    }
    Packet* packet(const std::vector<std::uint8_t>& frame, Nanoseconds at = 0) {
        Packet* p = pool.take();
        std::copy(frame.begin(), frame.end(), p->data);
        p->length = static_cast<std::uint32_t>(frame.size());
        p->in = *engine.router().interfaces().find("lan");
        p->time = {at};
        return p;
    }
    void receive(const std::vector<std::uint8_t>& frame, Nanoseconds at = 0) {
        Packet* p = packet(frame, at);
        engine.receive({&p, 1});
    }
    void install(rules::Draft draft) {
        auto ruleset = rules::validate(std::move(draft));
        if (!ruleset) throw std::runtime_error(ruleset.error().text());
        if (auto done = engine.install(*ruleset); !done) throw std::runtime_error(done.error().text());
    }

    Pool pool;
    Recorder recorder;
    Engine engine;
};

}  // namespace gatehouse::testing

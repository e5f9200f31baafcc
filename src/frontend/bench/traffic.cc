#include "frontend/bench/traffic.h"

#include <algorithm>
#include <cassert>
#include <chrono>
#include <fmt/format.h>
#include <iterator>

#include "base/checksum.h"
#include "packet/parse.h"
#include "route/full_table.h"
#include "wire/protocol.h"

namespace gatehouse::frontend::bench {

namespace {

constexpr std::uint32_t frame_length = 60;
constexpr std::size_t batch = 64;
const Mac router_mac{{2, 0, 0, 0, 1, 1}}, out_mac{{2, 0, 0, 0, 2, 1}}, next_mac{{2, 0, 0, 0, 2, 2}};

std::shared_ptr<route::Router> make_router(const std::vector<route::Route>& routes,
                                           const std::vector<route::Nexthop>& hops) {
    Interfaces interfaces;
    interfaces.add({.name = "lo",
                    .mtu = 65536,
                    .loopback = true,
                    .addresses = {{Family::ipv4, Address::v4(0x7f000001), 8}}});
    interfaces.add(
        {.name = "in", .mac = router_mac, .addresses = {{Family::ipv4, Address::v4(0x0a010001), 16}}});
    interfaces.add(
        {.name = "out", .mac = out_mac, .addresses = {{Family::ipv4, Address::v4(0x0a020001), 16}}});
    auto router = std::make_shared<route::Router>(interfaces);
    for (const auto& hop : hops) router->neighbours().set(hop.interface, Family::ipv4, hop.gateway, next_mac);
    const auto added = router->add_all(routes);
    assert(added);
    static_cast<void>(added);
    return router;
}

std::vector<route::Nexthop> gateways() {
    std::vector<route::Nexthop> hops;
    hops.reserve(16);
    for (std::uint32_t i = 0; i < 16; ++i) {
        hops.push_back({.interface = static_cast<InterfaceId>(2),
                        .has_gateway = true,
                        .gateway = Address::v4(0x0a020100 + i)});
    }
    return hops;
}

void write_frame(std::uint8_t* f, const Address& source, const Address& destination) {
    router_mac.store(f);
    Mac{{2, 0, 0, 0, 1, 2}}.store(f + 6);
    store_be16(f + 12, wire::ethertype::ipv4);
    std::uint8_t* const ip = f + 14;
    ip[0] = 0x45;
    store_be16(ip + 2, frame_length - 14);
    ip[8] = 64;
    ip[9] = wire::protocol::udp;
    source.store(ip + 12, Family::ipv4);
    destination.store(ip + 16, Family::ipv4);
    store_be16(ip + 10, checksum::finish(checksum::add({ip, 20})));
    store_be16(ip + 20, 1024);
    store_be16(ip + 22, 53);
    store_be16(ip + 24, frame_length - 34);
}

}  // namespace

double now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

Figures figures_of(std::vector<double> rounds) {
    std::ranges::sort(rounds);
    return {rounds[rounds.size() / 2], rounds.front(), rounds.back()};
}

Traffic::Traffic(std::size_t count)
    : pool_(static_cast<PoolId>(1), frames, 64, 128, 64),
      originals_(static_cast<std::size_t>(frames) * frame_length) {
    const auto hops = gateways();
    auto routes = route::full_table(Family::ipv4, count, 1, hops);
    // The router's own networks and loopback addresses are no place to send anything to.
    std::erase_if(routes, [](const route::Route& r) {
        const auto first = r.prefix.address.words[0] >> 24;
        return first == 10 || first == 127;
    });
    const auto destinations = route::destinations_in(routes, frames, 2);
    auto router = make_router(routes, hops);
    route_bytes_ = router->bytes();
    Random random(3);
    for (std::uint32_t i = 0; i < frames; ++i) {
        write_frame(&originals_[static_cast<std::size_t>(i) * frame_length],
                    Address::v4(0x0a010002 + random.below(60'000)), destinations[i]);
        Packet* packet = pool_.take();
        packet->length = frame_length;
        packet->in = static_cast<InterfaceId>(1);
        packets_.push_back(packet);
    }
    for (std::size_t i = packets_.size() - 1; i > 0; --i)
        std::swap(packets_[i], packets_[random.below(static_cast<std::uint32_t>(i + 1))]);
    engine_ = std::make_unique<Engine>(Configuration{.router = std::move(router)}, world_, counter_);
}

void Traffic::restore() {
    for (std::size_t i = 0; i < packets_.size(); ++i) {
        Packet& packet = *packets_[i];
        packet.data = packet.buffer + 128;
        packet.length = frame_length;
        packet.changed = false;
        packet.mark = {};
        std::copy_n(&originals_[i * frame_length], frame_length, packet.data);
    }
}

Result<Figures> Traffic::run(unsigned rounds, bool last_rule) {
    std::vector<double> all;
    for (unsigned round = 0; round <= rounds; ++round) {
        restore();
        counter_.forwarded = 0;
        const double start = now();
        for (std::size_t at = 0; at < packets_.size(); at += batch) {
            engine_->receive(
                std::span<Packet* const>(packets_).subspan(at, std::min(batch, packets_.size() - at)));
        }
        const double spent = now() - start;
        if (counter_.forwarded != frames) {
            const auto& reasons = engine_->statistics().reasons;
            const auto worst = static_cast<Reason>(std::ranges::max_element(reasons) - reasons.begin());
            return fail(fmt::format("{} of {} packets took the way measured; others: {}", counter_.forwarded,
                                    frames, name(worst)));
        }
        if (round > 0) all.push_back(spent * 1e9 / frames);  // the first warms up
    }
    if (last_rule) {
        const auto& rules = engine_->tables(Family::ipv4).find("filter")->chains[1]->spine;
        const auto hits = rules.at(rules.size() - 1).counters.packets;
        if (hits != static_cast<std::uint64_t>(frames) * (rounds + 1))
            return fail(fmt::format("the last rule matched {} packets", hits));
    }
    return figures_of(std::move(all));
}

Figures Traffic::parse(unsigned rounds) {
    std::vector<double> all;
    std::uint64_t read = 0;
    for (unsigned round = 0; round <= rounds; ++round) {
        restore();
        const double start = now();
        for (std::size_t i = 0; i < packets_.size(); ++i) {
            if (i + 16 < packets_.size()) __builtin_prefetch(packets_[i + 16]->data);
            read += !parse_frame(*packets_[i]).finding;
        }
        if (round > 0) all.push_back((now() - start) * 1e9 / frames);
    }
    Figures figures = figures_of(std::move(all));
    if (read != static_cast<std::uint64_t>(frames) * (rounds + 1)) figures = {};
    return figures;
}

std::string rules_text(std::size_t count) {
    std::string text = "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n";
    auto to = std::back_inserter(text);
    for (std::size_t i = 0; i + 1 < count; ++i) {
        fmt::format_to(to, "-A FORWARD -s 192.168.{}.{}/32 -p udp -m udp --dport {} -j DROP\n", i / 250 % 250,
                       i % 250 + 1, 10'000 + i % 50'000);
    }
    fmt::format_to(to, "-A FORWARD -p udp -m udp --dport 53 -j ACCEPT\nCOMMIT\n");
    return text;
}

}  // namespace gatehouse::frontend::bench

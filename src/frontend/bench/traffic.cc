#include "frontend/bench/traffic.h"

#include <algorithm>
#include <cassert>
#include <chrono>
#include <fmt/format.h>
#include <iterator>
#include <numeric>

#include "packet/parse.h"
#include "route/full_table.h"
#include "wire/builder.h"

namespace gatehouse::frontend::bench {

namespace {

constexpr std::uint32_t headroom = 128, buffer_size = 256;
constexpr InterfaceId in_id{1}, out_id{2};
const Mac host_mac{{2, 0, 0, 0, 1, 2}}, router_mac{{2, 0, 0, 0, 1, 1}};
const Mac out_mac{{2, 0, 0, 0, 2, 1}}, next_mac{{2, 0, 0, 0, 2, 2}};

// Host number `host` of the network behind `in` (1) or `out` (2): 10.1.0.0/16, fd00:1::/64 and so on.
Address host_of(Family family, InterfaceId interface, std::uint32_t host) {
    if (is_v4(family)) return Address::v4(0x0a000000u | index(interface) << 16 | host);
    return {{0xfd000000u | index(interface), 0, 0, host}};
}

std::shared_ptr<route::Router> make_router(Family family, const std::vector<route::Route>& routes,
                                           const std::vector<route::Nexthop>& hops) {
    const std::uint8_t length = is_v4(family) ? 16 : 64;
    Interfaces interfaces;
    interfaces.add({.name = "lo",
                    .mtu = 65536,
                    .loopback = true,
                    .addresses = {{Family::ipv4, Address::v4(0x7f000001), 8}}});
    interfaces.add(
        {.name = "in", .mac = router_mac, .addresses = {{family, host_of(family, in_id, 1), length}}});
    interfaces.add(
        {.name = "out", .mac = out_mac, .addresses = {{family, host_of(family, out_id, 1), length}}});
    auto router = std::make_shared<route::Router>(interfaces);
    for (const auto& hop : hops) router->neighbours().set(hop.interface, family, hop.gateway, next_mac);
    const auto added = router->add_all(routes);
    assert(added);
    static_cast<void>(added);
    return router;
}

std::vector<route::Nexthop> gateways(Family family) {
    std::vector<route::Nexthop> hops;
    hops.reserve(16);
    for (std::uint32_t i = 0; i < 16; ++i) {
        hops.push_back({.interface = out_id,
                        .has_gateway = true,
                        .gateway_family = family,
                        .gateway = host_of(family, out_id, 256 + i)});
    }
    return hops;
}

std::vector<std::uint8_t> frame(Family family, const Address& source, const Address& destination) {
    wire::PacketBuilder b;
    b.ethernet({.destination = router_mac, .source = host_mac});
    if (is_v4(family)) {
        b.ipv4({.source = source, .destination = destination});
    } else {
        b.ipv6({.source = source, .destination = destination});
    }
    return b.udp({.source = 1024, .destination = 53})
        .payload(is_v4(family) ? "the frame's query." : "")
        .build();
}

}  // namespace

double now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

Figures figures_of(std::vector<double> rounds) {
    std::ranges::sort(rounds);
    return {rounds[rounds.size() / 2], rounds.front(), rounds.back()};
}

Traffic::Traffic(Family family, std::size_t count)
    : length_(is_v4(family) ? 60 : 62),
      pool_(static_cast<std::size_t>(frames) * buffer_size),
      places_(frames) {
    pool_.prepare(0, pool_.size());
    const auto hops = gateways(family);
    auto routes = route::full_table(family, count, 1, hops);
    // The router's own networks and loopback addresses are no place to send anything to.
    std::erase_if(routes, [&](const route::Route& r) {
        const auto first = r.prefix.address.words[0] >> 24;
        return is_v4(family) && (first == 10 || first == 127);
    });
    const auto destinations = route::destinations_in(routes, frames, 2);
    auto router = make_router(family, routes, hops);
    route_bytes_ = router->bytes();
    Random random(3);
    for (const Address& destination : destinations) {
        const auto bytes = frame(family, host_of(family, in_id, 2 + random.below(60'000)), destination);
        assert(bytes.size() == length_);
        originals_.insert(originals_.end(), bytes.begin(), bytes.end());
    }
    std::iota(places_.begin(), places_.end(), 0);
    for (std::uint32_t i = frames - 1; i > 0; --i) std::swap(places_[i], places_[random.below(i + 1)]);
    std::ranges::transform(records_, packets_.begin(), [](Packet& record) { return &record; });
    engine_ = std::make_unique<Engine>(Configuration{.router = std::move(router)}, world_, counter_);
}

std::uint8_t* Traffic::buffer(std::size_t at) const {
    return reinterpret_cast<std::uint8_t*>(pool_.data()) + std::size_t{places_[at]} * buffer_size;
}

void Traffic::restore() {
    for (std::size_t i = 0; i < frames; ++i)
        std::copy_n(&originals_[i * length_], length_, buffer(i) + headroom);
}

void Traffic::fill(std::size_t first) {
    for (std::size_t i = 0; i < batch; ++i) {
        std::uint8_t* const at = buffer(first + i);
        records_[i] = {
            .data = at + headroom,
            .length = length_,
            .in = in_id,
            .buffer = at,
            .capacity = buffer_size,
        };
    }
}

template <class Work>
double Traffic::once(Work&& work) {
    restore();
    double spent = 0;
    for (std::size_t at = 0; at < frames; at += batch) {
        fill(at);
        const double start = now();
        work(std::span<Packet* const>(packets_));
        spent += now() - start;
    }
    return spent;
}

Result<Figures> Traffic::run(unsigned rounds, bool last_rule) {
    std::vector<double> all;
    for (unsigned round = 0; round <= rounds; ++round) {
        counter_.forwarded = 0;
        const double spent = once([&](std::span<Packet* const> packets) { engine_->receive(packets); });
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

Result<Figures> Traffic::parse(unsigned rounds) {
    std::vector<double> all;
    std::uint64_t read = 0;
    const auto read_all = [&](std::span<Packet* const> packets) {
        for (Packet* packet : packets.first(16)) __builtin_prefetch(packet->data);
        for (std::size_t i = 0; i < packets.size(); ++i) {
            if (i + 16 < packets.size()) __builtin_prefetch(packets[i + 16]->data);
            read += !parse_frame(*packets[i]).finding;
        }
    };
    for (unsigned round = 0; round <= rounds; ++round) {
        const double spent = once(read_all);
        if (round > 0) all.push_back(spent * 1e9 / frames);
    }
    if (read != static_cast<std::uint64_t>(frames) * (rounds + 1))
        return fail(fmt::format("{} frames were read well", read));
    return figures_of(std::move(all));
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

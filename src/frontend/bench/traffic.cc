#include "frontend/bench/traffic.h"

#include <algorithm>
#include <cassert>
#include <fmt/format.h>
#include <iterator>

#include "base/random.h"
#include "frontend/bench/network.h"
#include "packet/parse.h"
#include "wire/builder.h"

namespace gatehouse::frontend::bench {

namespace {

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

Traffic::Traffic(Family family, std::size_t count) : length_(is_v4(family) ? 60 : 62) {
    auto surroundings = make_surroundings(family, count, Ring::frames);
    route_bytes_ = surroundings.router->bytes();
    Random random(3);
    for (std::uint32_t i = 0; i < Ring::frames; ++i) {
        const Address source = host_of(family, in_id, 2 + random.below(60'000));
        const auto bytes = frame(family, source, surroundings.destinations[i]);
        assert(bytes.size() == length_);
        originals_.insert(originals_.end(), bytes.begin(), bytes.end());
        ring_.said(i) = {.length = length_, .in = in_id};
    }
    engine_ =
        std::make_unique<Engine>(Configuration{.router = std::move(surroundings.router)}, world_, counter_);
}

void Traffic::restore() {
    for (std::size_t i = 0; i < Ring::frames; ++i)
        std::copy_n(&originals_[i * length_], length_, ring_.frame(i));
}

Result<Figures> Traffic::run(unsigned rounds, bool last_rule) {
    std::vector<double> all;
    for (unsigned round = 0; round <= rounds; ++round) {
        counter_.forwarded = 0;
        restore();
        const double spent =
            ring_.once(Ring::frames, [&](std::span<Packet* const> packets, std::span<Packet* const> next) {
                engine_->receive(packets, next);
            });
        if (counter_.forwarded != Ring::frames) {
            return fail(fmt::format("{} of {} packets took the way measured; others: {}", counter_.forwarded,
                                    Ring::frames, worst_reason(*engine_)));
        }
        if (round > 0) all.push_back(spent * 1e9 / Ring::frames);  // the first warms up
    }
    if (last_rule) {
        const auto& rules = engine_->tables(Family::ipv4).find("filter")->chains[1]->spine;
        const auto hits = rules.at(rules.size() - 1).counters.packets;
        if (hits != static_cast<std::uint64_t>(Ring::frames) * (rounds + 1))
            return fail(fmt::format("the last rule matched {} packets", hits));
    }
    return figures_of(std::move(all));
}

Result<Figures> Traffic::parse(unsigned rounds) {
    std::vector<double> all;
    std::uint64_t read = 0;
    const auto read_all = [&](std::span<Packet* const> packets, std::span<Packet* const>) {
        for (Packet* packet : packets.first(16)) __builtin_prefetch(packet->data);
        for (std::size_t i = 0; i < packets.size(); ++i) {
            if (i + 16 < packets.size()) __builtin_prefetch(packets[i + 16]->data);
            read += !parse_frame(*packets[i]).finding;
        }
    };
    for (unsigned round = 0; round <= rounds; ++round) {
        restore();
        const double spent = ring_.once(Ring::frames, read_all);
        if (round > 0) all.push_back(spent * 1e9 / Ring::frames);
    }
    if (read != static_cast<std::uint64_t>(Ring::frames) * (rounds + 1))
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

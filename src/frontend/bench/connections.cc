#include "frontend/bench/connections.h"

#include <algorithm>
#include <fmt/format.h>
#include <sys/resource.h>

#include "frontend/bench/network.h"
#include "iptables/restore.h"

namespace gatehouse::frontend::bench {

namespace {

// Pages that this thread has waited for.
std::uint64_t faults() {
    rusage usage{};
    ::getrusage(RUSAGE_THREAD, &usage);
    return static_cast<std::uint64_t>(usage.ru_minflt + usage.ru_majflt);
}

constexpr std::string_view rules =
    "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n"
    "-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT\nCOMMIT\n";
constexpr std::string_view nat_rules =
    "*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n"
    "-A POSTROUTING -o out -j SNAT --to-source 10.2.0.77\nCOMMIT\n";

// The clients' network is network.h's.
constexpr std::string_view synproxy_rules =
    "*raw\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n"
    "-A PREROUTING ! -s 172.16.0.0/12 -i in -p tcp --syn -j CT --notrack\nCOMMIT\n"
    "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n"
    "-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT\n"
    "-A FORWARD -i in -p tcp -m conntrack --ctstate INVALID,UNTRACKED -j SYNPROXY --sack-perm --timestamp "
    "--wscale 7 --mss 1460\nCOMMIT\n";

}  // namespace

Result<std::unique_ptr<Connections>> Connections::start(const Load& load) {
    constexpr std::size_t routes = 10'000;
    std::string text(load.synproxy ? synproxy_rules : rules);
    if (load.nat) text += nat_rules;
    auto ruleset = iptables::read_restore(rules::Source{"<bench>", text}, load.family);
    if (!ruleset) return std::unexpected(std::move(ruleset).error());
    auto surroundings = make_surroundings(load.family, routes, Ring::frames);
    if (load.synproxy) {
        // Whence the others come: answers to them have somewhere to go.
        const route::Route back{
            .prefix = {Family::ipv4, Address::v4(0x10000000), 8},
            .nexthop = {.interface = in_id, .has_gateway = true, .gateway = host_of(Family::ipv4, in_id, 2)}};
        if (auto added = surroundings.router->replace(back); !added) return std::unexpected(added.error());
    }
    std::unique_ptr<Connections> c(new Connections(load, std::move(surroundings.destinations)));
    Configuration configuration{.router = std::move(surroundings.router)};
    configuration.tracking.limits.entries = load.limit != 0 ? load.limit : load.flows + 1024;
    c->engine_ = std::make_unique<Engine>(std::move(configuration), c->world_, c->counter_);
    if (auto done = c->engine_->install(*ruleset); !done) return std::unexpected(std::move(done).error());
    return c;
}

std::uint64_t Connections::accepted() const {
    return engine_->tables(load_.family).find("filter")->chains[1]->spine.at(0).counters.packets;
}

Result<double> Connections::send(std::uint64_t count, const Write& write, const Watch& watch) {
    count = (count + Ring::batch - 1) / Ring::batch * Ring::batch;
    const std::uint64_t before = counter_.forwarded;
    double spent = 0;
    for (std::uint64_t sent = 0; sent < count;) {
        const auto now = static_cast<std::size_t>(std::min<std::uint64_t>(count - sent, Ring::frames));
        for (std::size_t i = 0; i < now; ++i) {
            ring_.said(i) = write(sent + i, ring_.frame(i), time_);
            time_ = time_ + gap_;
        }
        const auto receive = [&](std::span<Packet* const> packets, std::span<Packet* const> next) {
            engine_->receive(packets, next);
        };
        std::uint64_t known = watch.faults != nullptr ? faults() : 0;
        spent += ring_.once(now, watch.clock, receive, [&](double took) {
            if (watch.faults != nullptr) *watch.faults += faults() - known;
            watch.told(took);
            engine_->maintain();
            if (watch.faults != nullptr) known = faults();
        });
        sent += now;
    }
    const std::uint64_t lost = count - (counter_.forwarded - before);
    if (watch.lost != nullptr) {
        *watch.lost += lost;
    } else if (lost != 0) {
        return fail(fmt::format("{} of {} packets were forwarded; others: {}", count - lost, count,
                                worst_reason(*engine_)));
    }
    return spent;
}

// Where the replies of flows that have just been opened go.
Result<void> Connections::learn_mappings(std::uint32_t first, std::uint32_t count) {
    for (std::uint32_t flow = first; flow < first + count; ++flow) {
        const track::Way way = table().find(flows_.tuple(flow), {});
        if (!way) return fail(fmt::format("flow {} wasn't opened", flow));
        const track::Tuple reply = table()[way.connection].tuple(track::Direction::reply);
        flows_.hide_client(flow, reply.destination, reply.ends.destination);
    }
    return {};
}

Result<void> Connections::open(std::uint32_t first, std::uint32_t count) {
    while (engine_->maintain()) {
    }
    using enum Flows::Step;
    // By ringfuls, so that the answers come while the flows that they answer are young.
    for (std::uint32_t done = 0; done < count; done += Ring::frames) {
        const std::uint32_t here = std::min(count - done, Ring::frames);
        for (const Flows::Step step : {open, answer, go_on}) {
            if (step == go_on && load_.kind == FlowKind::udp) break;
            const auto write = [&](std::uint64_t n, std::uint8_t* to, Time time) {
                const std::uint32_t flow = first + done + static_cast<std::uint32_t>(n % here);
                return flows_.write(to, flow, step, step == answer, time);
            };
            if (auto sent = send(here, write); !sent) return std::unexpected(std::move(sent).error());
            if (step != open || !load_.nat) continue;
            if (auto learnt = learn_mappings(first + done, here); !learnt) return learnt;
        }
    }
    return {};
}

Result<Figures> Connections::established(unsigned rounds) {
    std::vector<double> all;
    const auto write = [&](std::uint64_t, std::uint8_t* to, Time time) {
        const std::uint32_t flow = random_.below(load_.flows);
        return flows_.write(to, flow, Flows::Step::go_on, random_.below(2) != 0, time);
    };
    const std::uint64_t before = accepted();
    for (unsigned round = 0; round <= rounds; ++round) {
        const auto spent = send(Ring::frames, write);
        if (!spent) return std::unexpected(spent.error());
        if (round > 0) all.push_back(*spent * 1e9 / Ring::frames);
    }
    const std::uint64_t hits = accepted() - before;
    if (hits != std::uint64_t{Ring::frames} * (rounds + 1))
        return fail(fmt::format("the rule for established connections matched {} packets", hits));
    return figures_of(std::move(all));
}

}  // namespace gatehouse::frontend::bench

// Random NAT rules and flows, talked through with the engine and with the real kernel. With each: every reply
// returns to the flow that caused it, no two flows look the same outside, every checksum is right; and both
// let the same packets through, from the same addresses.
#include <CLI/CLI.hpp>
#include <chrono>
#include <fmt/format.h>
#include <random>

#include "talk.h"

namespace gatehouse::nat_generator {
namespace {

using frontend::scenario::Peer;
using Clock = std::chrono::steady_clock;

struct Counts {
    unsigned cases = 0, wrong = 0, kernel_wrong = 0, different = 0;
    Tally tally;
};

void add(Tally& to, const Tally& more) {
    to.flows += more.flows;
    to.replies += more.replies;
    to.errors += more.errors;
    to.fragments += more.fragments;
    to.data_connections += more.data_connections;
    to.refused += more.refused;
}

class Run {
  public:
    Run(Peer& engine, Peer& kernel, const network::Network& network)
        : engine_(engine), kernel_(kernel), network_(network) {}

    Result<void> one(const Case& c, std::uint64_t seed) {
        for (Peer* const peer : {&kernel_, &engine_}) {
            if (auto done = peer->load({.family = c.family, .text = c.rules, .file = "rules"}); !done)
                return done;
        }
        Talk theirs(kernel_, network_, c, [] { return Nanoseconds{0}; });
        if (auto done = theirs.run(); !done) return done;
        // The engine's time passes as the kernel's has.
        Talk ours(engine_, network_, c, [this] { return passed(); });
        if (auto done = ours.run(); !done) return done;
        ++counts.cases;
        add(counts.tally, ours.tally());
        const bool same = theirs.told() == ours.told();
        counts.wrong += !ours.wrong().empty();
        counts.kernel_wrong += !theirs.wrong().empty();
        counts.different += !same;
        if (ours.wrong().empty() && theirs.wrong().empty() && same) return {};
        fmt::print("seed {}\n{}", seed, c.rules);
        for (const Flow& f : c.flows)
            fmt::print("  {} {} {} > {}\n", f.port, f.protocol, text_of(f.from, c.family),
                       text_of(f.to, c.family));
        for (const auto& line : ours.wrong()) fmt::print("wrong: {}\n", line);
        for (const auto& line : theirs.wrong()) fmt::print("the kernel, wrong: {}\n", line);
        for (std::size_t i = 0; i < std::max(theirs.told().size(), ours.told().size()); ++i) {
            const std::string a = i < theirs.told().size() ? theirs.told()[i] : "",
                              b = i < ours.told().size() ? ours.told()[i] : "";
            if (a != b) fmt::print("kernel: {}\nengine: {}\n", a, b);
        }
        return {};
    }
    Counts counts;

  private:
    Nanoseconds passed() {
        const auto now = Clock::now();
        return std::chrono::duration_cast<std::chrono::nanoseconds>(now - std::exchange(last_, now)).count();
    }
    Peer &engine_, &kernel_;
    const network::Network& network_;
    Clock::time_point last_ = Clock::now();
};

int run(int argc, char** argv) {
    CLI::App app("Random NAT rules and flows, with the engine and with the real kernel (root).",
                 "gatehouse-nat");
    std::uint32_t cases = 10'000;
    std::uint64_t seed = std::random_device{}();
    app.add_option("--cases", cases, "how many");
    app.add_option("--seed", seed, "of the first; each case has the next");
    CLI11_PARSE(app, argc, argv);
    if (auto available = oracle::Kernel::available(); !available) {
        fmt::print("skipped: {}\n", available.error().text());
        return 77;
    }
    auto network = frontend::scenario::default_network();
    // Whoever has the addresses outside when nobody is given them.
    for (unsigned host = 64; host < 80; ++host) {
        network.ports[1].neighbours.emplace_back(fmt::format("192.0.2.{}", host), Mac{{2, 0, 0, 0, 2, 9}});
        network.ports[1].neighbours.emplace_back(fmt::format("fd00:2::{}", host), Mac{{2, 0, 0, 0, 2, 9}});
    }
    network.routes.insert(network.routes.end(), {"10.64.0.0/10 via 10.0.1.2", "-6 fd01::/16 via fd00:1::2"});
    auto engine = frontend::scenario::make_engine_peer(network);
    auto kernel = frontend::scenario::make_kernel_peer(network, oracle::Tool::iptables_legacy);
    for (const auto* const peer : {&engine, &kernel}) {
        if (!*peer) return fmt::print("{}\n", peer->error().text()), 1;
    }
    Run all(**engine, **kernel, network);
    fmt::print("seed {}\n", seed);
    for (std::uint32_t i = 0; i < cases; ++i) {
        Random random(seed + i);
        const Case c = random_case(random, static_cast<std::uint32_t>(seed + i));
        if (auto done = all.one(c, seed + i); !done) return fmt::print("{}\n", done.error().text()), 1;
    }
    const auto& [run, wrong, kernel_wrong, different, tally] = all.counts;
    fmt::print(
        "{} cases: {} flows, {} replies, {} ICMP errors, {} in fragments, {} data connections of FTP, {} "
        "refused\n{} wrong ({} of the kernel's), {} different\n",
        run, tally.flows, tally.replies, tally.errors, tally.fragments, tally.data_connections, tally.refused,
        wrong, kernel_wrong, different);
    return wrong + different == 0 ? 0 : 1;
}

}  // namespace
}  // namespace gatehouse::nat_generator

int main(int argc, char** argv) { return gatehouse::nat_generator::run(argc, argv); }

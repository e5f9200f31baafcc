#include "frontend/bench/translated.h"

#include <array>
#include <fmt/format.h>
#include <vector>

#include "frontend/bench/connections.h"
#include "nat/nat.h"

namespace gatehouse::frontend::bench {

namespace {

constexpr std::uint32_t million = 1'000'000;
constexpr std::array<std::string_view, 7> names{"nat-udp-1",   "nat-udp-10k", "nat-udp-1m", "nat-tcp-1",
                                                "nat-tcp-10k", "nat-tcp-1m",  "nat-new"};

struct Established {
    std::string_view name;
    Connections::Load load;
};
constexpr Established all_established[] = {
    {"nat-udp-1", {.flows = 1, .nat = true}},
    {"nat-udp-10k", {.flows = 10'000, .nat = true}},
    {"nat-udp-1m", {.flows = million, .nat = true}},
    {"nat-tcp-1", {.kind = FlowKind::tcp, .flows = 1, .nat = true}},
    {"nat-tcp-10k", {.kind = FlowKind::tcp, .flows = 10'000, .nat = true}},
    {"nat-tcp-1m", {.kind = FlowKind::tcp, .flows = million, .nat = true}},
};

Result<Line> established(const Connections::Load& load, unsigned rounds, double forward) {
    auto c = Connections::start(load);
    if (!c) return std::unexpected(std::move(c).error());
    if (auto opened = (*c)->open(0, load.flows); !opened) return std::unexpected(std::move(opened).error());
    const std::uint64_t bound = (*c)->engine().nat()->statistics().bound;
    if (bound < load.flows) return fail(fmt::format("{} connections were translated", bound));
    const auto figures = (*c)->established(rounds);
    if (!figures) return std::unexpected(figures.error());
    return Line{.gross = *figures, .net = figures->median - forward};
}

// First packets from clients' ports drawn at random, toward a few servers: each server's pool of ports fills
// at the same rate. What one costs while the pools are filled from one degree to a little more.
class Filling {
  public:
    static constexpr std::uint32_t servers = 16, ports = 64'512, all = servers * ports;

    static Result<Filling> start() {
        auto c = Connections::start({.flows = all + 64, .nat = true});
        if (!c) return std::unexpected(std::move(c).error());
        while ((*c)->engine().maintain()) {
        }
        return Filling(std::move(*c));
    }
    // Nanoseconds each, in a few samples of a thousandth of all ports each.
    Result<Figures> measure(std::uint32_t percent, double forward) {
        constexpr unsigned samples = 9;
        constexpr std::uint32_t sample = all / 1000;
        if (auto sent = fill(all / 100 * percent - sent_); !sent) return std::unexpected(sent.error());
        std::vector<double> each;
        for (unsigned i = 0; i < samples; ++i) {
            const std::uint32_t before = sent_;
            const auto spent = fill(sample);
            if (!spent) return std::unexpected(spent.error());
            each.push_back(*spent * 1e9 / (sent_ - before) - forward);
        }
        return figures_of(std::move(each));
    }

  private:
    explicit Filling(std::unique_ptr<Connections> connections) : connections_(std::move(connections)) {}
    Result<double> fill(std::uint32_t count) {
        count = (count + Ring::batch - 1) / Ring::batch * Ring::batch;
        const auto write = [&](std::uint64_t n, std::uint8_t* to, Time time) {
            return connections_->flows().write_scattered(to, sent_ + static_cast<std::uint32_t>(n), servers,
                                                         time);
        };
        auto spent = connections_->send(count, write);
        sent_ += count;
        return spent;
    }

    std::unique_ptr<Connections> connections_;
    std::uint32_t sent_ = 0;
};

Result<Line> fresh(double forward) {
    auto filling = Filling::start();
    if (!filling) return std::unexpected(std::move(filling).error());
    const auto empty = filling->measure(10, forward);
    if (!empty) return std::unexpected(empty.error());
    const auto full = filling->measure(95, forward);
    if (!full) return std::unexpected(full.error());
    Line line{.gross = *full,
              .net = full->median,
              .more = {{"tenth_net_ns", "10 % full", empty->median, "ns net"}}};
    line.gross.median += forward;
    line.gross.low += forward;
    line.gross.high += forward;
    line.note = fmt::format("95 % full: {} servers, {} ports toward each", Filling::servers, Filling::ports);
    return line;
}

Result<Line> run(std::string_view name, unsigned rounds, double forward) {
    for (const Established& e : all_established) {
        if (name == e.name) return established(e.load, rounds, forward);
    }
    return fresh(forward);
}

}  // namespace

std::span<const std::string_view> translated_names() { return names; }

Result<Line> run_translated(std::string_view name, unsigned rounds, double forward) {
    auto line = run(name, rounds, forward);
    if (line) line->name = name;
    return line;
}

}  // namespace gatehouse::frontend::bench

// What the benchmarks of connection tracking run: flows through an engine that tracks them, with
// `-m conntrack --ctstate ESTABLISHED -j ACCEPT` as the first rule of FORWARD, and one that translates them.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "engine/engine.h"
#include "frontend/bench/counter.h"
#include "frontend/bench/flows.h"
#include "frontend/bench/ring.h"

namespace gatehouse::frontend::bench {

class Connections {
  public:
    struct Load {
        Family family = Family::ipv4;
        FlowKind kind = FlowKind::udp;
        std::uint32_t flows = 1;  // that will be opened
        std::uint32_t limit = 0;  // places in the table; 0: as many as flows, and some
        bool nat = false;         // one address hides the clients
        bool synproxy = false;    // answers SYNs that don't come from the clients
    };
    static Result<std::unique_ptr<Connections>> start(const Load& load);

    Engine& engine() { return *engine_; }
    track::Table& table() { return engine_->tracking()->table(); }
    Flows& flows() { return flows_; }
    Time time() const { return time_; }
    // Packets of the router's own that left.
    std::uint64_t answered() const { return counter_.made; }
    // Time passes with no packet.
    void wait(Nanoseconds how_long) { time_ = time_ + how_long; }
    // What happens between two packets.
    void set_gap(Nanoseconds gap) { gap_ = gap; }

    // How batches are timed, who is told what each took, in seconds, and where pages are counted that a batch
    // had to wait for.
    struct Watch {
        double (*clock)() = now;
        std::function<void(double)> told = [](double) {};
        std::uint64_t* faults = nullptr;
        // Where packets are counted that weren't forwarded; without it one is an error.
        std::uint64_t* lost = nullptr;
    };
    // Sends `count` packets (rounded up to a batch), each of which `write(number, frame, time)` makes;
    // between batches the engine makes memory ready. All must be forwarded. Seconds spent in receive().
    using Write = std::function<Ring::Said(std::uint64_t, std::uint8_t*, Time)>;
    Result<double> send(std::uint64_t count, const Write& write) { return send(count, write, Watch{}); }
    Result<double> send(std::uint64_t count, const Write& write, const Watch& watch);

    // Opens flows, each by its whole handshake: of UDP by a datagram either way.
    Result<void> open(std::uint32_t first, std::uint32_t count);
    // `rounds` times 65,536 packets of open flows, drawn at random as is their direction. The rule for
    // established connections must accept each: an error otherwise.
    Result<Figures> established(unsigned rounds);

  private:
    Connections(const Load& load, std::vector<Address> destinations)
        : load_(load), flows_(load.family, load.kind, std::move(destinations), load.flows) {}
    std::uint64_t accepted() const;
    Result<void> learn_mappings(std::uint32_t first, std::uint32_t count);

    Load load_;
    EmptyWorld world_;
    Counter counter_;
    Flows flows_;
    Ring ring_;
    Random random_{5};
    std::unique_ptr<Engine> engine_;
    Time time_{1000 * second};
    Nanoseconds gap_ = 100;
};

}  // namespace gatehouse::frontend::bench

// What the benchmarks run: a router with many routes, frames for it, and a clock around Engine::receive.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "engine/engine.h"
#include "packet/pool.h"

namespace gatehouse::frontend::bench {

// Nanoseconds a packet over several rounds.
struct Figures {
    double median = 0, low = 0, high = 0;
};
Figures figures_of(std::vector<double> rounds);

// Seconds from any start.
double now();

// 65,536 distinct frames of 60 bytes (UDP, port 53), in buffers that together are larger than any L2 cache;
// destinations are drawn over the routes, sources over 10.1.0.0/16, the order is random.
class Traffic {
  public:
    static constexpr std::uint32_t frames = 65'536;

    // A router with `routes` routes beside its connected ones.
    explicit Traffic(std::size_t routes);

    Engine& engine() { return *engine_; }
    std::size_t route_bytes() const { return route_bytes_; }

    // All frames through the engine, `rounds` times; what is timed is receive() alone. Each frame must leave
    // (by the rule at the end of FORWARD if `last_rule`): an error otherwise.
    Result<Figures> run(unsigned rounds, bool last_rule);
    // The same of parse_frame() alone.
    Figures parse(unsigned rounds);

  private:
    class Counter final : public Outlet {
      public:
        void complete(Packet&, const Completion& completion) override {
            forwarded += completion.disposition == Disposition::forwarded;
        }
        void transmit(const Packet&, InterfaceId) override {}
        void discard(const Packet&, const Completion&) override {}
        std::uint64_t forwarded = 0;
    };
    // The frames as they first were: the engine has changed them in place.
    void restore();

    EmptyWorld world_;
    Counter counter_;
    Pool pool_;
    std::vector<std::uint8_t> originals_;
    std::vector<Packet*> packets_;
    std::unique_ptr<Engine> engine_;
    std::size_t route_bytes_ = 0;
};

// iptables-save text: FORWARD with `count` rules of which the last accepts port 53 and no other matches;
// addresses and ports vary.
std::string rules_text(std::size_t count);

}  // namespace gatehouse::frontend::bench

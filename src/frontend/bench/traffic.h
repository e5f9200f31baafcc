// What the stateless benchmarks run: a router with many routes, frames for it, and a clock around
// Engine::receive.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "engine/engine.h"
#include "frontend/bench/counter.h"
#include "frontend/bench/ring.h"

namespace gatehouse::frontend::bench {

// Distinct frames (UDP, port 53; 60 bytes, for IPv6 62) that fill a Ring; destinations are drawn over the
// routes, sources over the network of the interface `in`.
class Traffic {
  public:
    // A router with `routes` routes beside its connected ones.
    Traffic(Family family, std::size_t routes);

    Engine& engine() { return *engine_; }
    std::size_t route_bytes() const { return route_bytes_; }

    // All frames through the engine, `rounds` times; what is timed is receive() alone. Each frame must leave
    // (by the rule at the end of FORWARD if `last_rule`): an error otherwise.
    Result<Figures> run(unsigned rounds, bool last_rule);
    // The same of parse_frame() alone.
    Result<Figures> parse(unsigned rounds);

  private:
    // The frames as they first were: the engine has changed them in place.
    void restore();

    EmptyWorld world_;
    Counter counter_;
    std::uint16_t length_;                 // of a frame
    std::vector<std::uint8_t> originals_;  // the frames, one behind the other
    Ring ring_;
    std::unique_ptr<Engine> engine_;
    std::size_t route_bytes_ = 0;
};

// iptables-save text: FORWARD with `count` rules of which the last accepts port 53 and no other matches;
// addresses and ports vary.
std::string rules_text(std::size_t count);

}  // namespace gatehouse::frontend::bench

// What the benchmarks run: a router with many routes, frames for it, and a clock around Engine::receive.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/reservation.h"
#include "engine/engine.h"

namespace gatehouse::frontend::bench {

// Nanoseconds a packet over several rounds.
struct Figures {
    double median = 0, low = 0, high = 0;
};
Figures figures_of(std::vector<double> rounds);

// Seconds from any start.
double now();

// 65,536 distinct frames (UDP, port 53; 60 bytes, for IPv6 62), in buffers that together are larger than any
// L2 cache; destinations are drawn over the routes, sources over the network of the interface `in`, the order
// of the buffers is random.
//
// The frames come as from an AF_XDP ring: spread over a large pool, described by the few Packet records of
// one batch, which the device fills anew for each. Filling a record (where the frame lies, its length, the
// interface) is the device's work and is done while the clock stands still; it doesn't touch the frame, so
// that receive() finds it as cold as before.
class Traffic {
  public:
    static constexpr std::uint32_t frames = 65'536;

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
    static constexpr std::size_t batch = 64;

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
    // The device's work: the next batch's records, for the frames at `first` and after.
    void fill(std::size_t first);
    // All frames once, by batches; seconds spent in `work(batch of packets)`.
    template <class Work>
    double once(Work&& work);

    EmptyWorld world_;
    Counter counter_;
    // The buffer of the frame at this place in the order.
    std::uint8_t* buffer(std::size_t at) const;

    std::uint32_t length_;                 // of a frame
    std::vector<std::uint8_t> originals_;  // the frames, one behind the other
    Reservation pool_;                     // buffers, on huge pages as a ring's are
    std::vector<std::uint32_t> places_;    // which buffer holds which frame
    std::array<Packet, batch> records_;
    std::array<Packet*, batch> packets_;
    std::unique_ptr<Engine> engine_;
    std::size_t route_bytes_ = 0;
};

// iptables-save text: FORWARD with `count` rules of which the last accepts port 53 and no other matches;
// addresses and ports vary.
std::string rules_text(std::size_t count);

}  // namespace gatehouse::frontend::bench

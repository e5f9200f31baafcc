// The engine as a router between two ports, in virtual time. One thread's.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "engine/engine.h"
#include "packet/pool.h"

namespace gatehouse::triggers {

struct Setting {
    std::string name, value;
};

class Router final : Outlet, LogSink {
  public:
    // With `rules` in a family's tables, as iptables-save has them.
    static Result<std::unique_ptr<Router>> make(Family family, const std::string& rules,
                                                const std::vector<Setting>& settings);

    struct Left {
        bool to_inside;
        std::vector<std::uint8_t> frame;
    };
    // What leaves because of it, in order.
    std::vector<Left> receive(bool from_inside, Bytes frame);
    std::vector<Left> pass(Nanoseconds time);

    const Engine& engine() const { return *engine_; }
    std::vector<std::string>& logged() { return logged_; }

  private:
    Router() = default;
    void complete(Packet& packet, const Completion& completion) override;
    void transmit(const Packet& packet, InterfaceId out) override;
    void discard(const Packet&, const Completion&) override {}
    void log(Time, int, std::string_view line) override { logged_.emplace_back(line); }

    EmptyWorld world_;
    Pool pool_{static_cast<PoolId>(7), 256};
    Time now_{1'700'000'000 * second};
    std::vector<Left> left_;
    std::vector<std::string> logged_;
    InterfaceId lan_{}, wan_{};
    std::unique_ptr<Engine> engine_;
};

}  // namespace gatehouse::triggers

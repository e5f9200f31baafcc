// Where the benchmarks' packets end: they are counted.
#pragma once
#include <algorithm>
#include <cstdint>
#include <string_view>

#include "engine/engine.h"
#include "packet/reason.h"

namespace gatehouse::frontend::bench {

class Counter final : public Outlet {
  public:
    void complete(Packet&, const Completion& completion) override {
        forwarded += completion.disposition == Disposition::forwarded;
    }
    void transmit(const Packet&, InterfaceId) override { ++made; }
    void discard(const Packet&, const Completion&) override {}
    std::uint64_t forwarded = 0;
    std::uint64_t made = 0;  // packets of the router's own
};

// The reason that the engine has given most often.
inline std::string_view worst_reason(const Engine& engine) {
    const auto& reasons = engine.statistics().reasons;
    return name(static_cast<Reason>(std::ranges::max_element(reasons) - reasons.begin()));
}

}  // namespace gatehouse::frontend::bench

// Times changes of an engine's rules: what preparing them costs, and what carrying them out on the engine's
// thread does.
#pragma once
#include <functional>
#include <vector>

#include "engine/engine.h"
#include "frontend/bench/ring.h"
#include "rules/change.h"

namespace gatehouse::frontend::bench {

class Changes {
  public:
    // The rules have been installed in the engine. Both must outlive this.
    Changes(Engine& engine, rules::Ruleset& ruleset) : engine_(engine), ruleset_(ruleset) {}

    // Makes one change; freeing what it replaced isn't timed, as it isn't the engine's work.
    Result<void> make(const std::function<Result<void>(rules::Change&)>& edit);

    // Nanoseconds a change.
    Figures prepared() const { return figures_of(prepared_); }
    Figures applied() const { return figures_of(applied_); }

  private:
    Engine& engine_;
    rules::Ruleset& ruleset_;
    std::vector<double> prepared_, applied_;
};

}  // namespace gatehouse::frontend::bench

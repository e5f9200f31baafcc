// A traced packet's walk in words, step by step, as a person would tell it.
#pragma once
#include <string>

#include "engine/engine.h"
#include "hook/trace.h"

namespace gatehouse::trace {

// Collects the events of traced packets as lines of text: what happens to the packet as a whole at the
// margin, what happens at a hook below the hook's name. One thread's: the engine's.
class Narrator final : public TraceSink {
  public:
    // `engine` is asked for rules' texts and interfaces' names; it must outlive the narrator.
    explicit Narrator(const Engine& engine) : engine_(engine) {}

    void trace(const TraceEvent& event) override;

    const std::string& text() const { return text_; }
    void clear();

  private:
    struct Rule {
        std::string does;   // "jumps to web", "DROP"
        std::string where;  // "rules.v4:12: -A FORWARD …", or ""
    };
    Rule describe(const TraceEvent& event) const;
    std::string chain_step(const TraceEvent& event);
    std::string step(const TraceEvent& event);
    void set_hook(const TraceEvent& event);

    const Engine& engine_;
    std::string text_;
    const Packet* packet_ = nullptr;  // whose walk the last line is of
    std::string hook_;                // whose name stands above the lines; empty: at the margin
    bool matched_ = true;             // a rule of the table at hand has matched, as far as was told
};

}  // namespace gatehouse::trace

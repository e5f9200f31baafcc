// A traced packet's walk in words, step by step, as a person would tell it.
#pragma once
#include <string>

#include "engine/engine.h"
#include "hook/trace.h"

namespace gatehouse::trace {

// Collects the events of traced packets as lines of text. One thread's: the engine's.
class Narrator final : public TraceSink {
  public:
    // `engine` is asked for rules' texts and interfaces' names; it must outlive the narrator.
    explicit Narrator(const Engine& engine) : engine_(engine) {}

    void trace(const TraceEvent& event) override;

    const std::string& text() const { return text_; }
    void clear() { text_.clear(); }

  private:
    std::string line(const TraceEvent& event) const;
    std::string rule_text(const TraceEvent& event) const;

    const Engine& engine_;
    std::string text_;
};

}  // namespace gatehouse::trace

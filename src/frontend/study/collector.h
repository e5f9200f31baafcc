// Makes flows, which statistics are made of, from the records of tracking's study.
//
// Captures that don't go on where the last one ended are runs of their own: the flows of one end, cut off,
// with it, and the study's clock goes on from there. Bounded: what is over a limit is left out and counted.
#pragma once
#include <deque>
#include <functional>
#include <unordered_map>

#include "study/flow.h"
#include "track/study.h"

namespace gatehouse::frontend {

// A flow as it ends, for whoever wants to tell of each.
struct EndedSpell {
    track::SpellKind kind{};
    track::Tuple original{};
    track::Direction closer{};  // half closed: who closed first
    track::Direction by{};      // whose packet was the last
    study::Ending ending{};
    Nanoseconds total = 0;    // until it ended, or was cut off
    Nanoseconds silence = 0;  // at its end
    Nanoseconds kept = 0;     // how long tracking waits for a packet
};

class Collector {
  public:
    static constexpr std::size_t most_flows = 16'000'000;
    static constexpr std::size_t most_gaps = 64'000'000;

    // Gaps shorter than `floor` aren't listed. `told` may be empty.
    Collector(Nanoseconds floor, std::function<void(const EndedSpell&)> told)
        : floor_(floor), told_(std::move(told)) {}

    void begin_run(Time time);
    void take(const track::StudyRecord& record);
    void end_run(Time time);

    // Those that have ended or were cut off. They stay where they are.
    const std::deque<study::Flow>& flows() const { return flows_; }
    Nanoseconds watched() const { return clock_; }  // all runs together
    std::uint64_t left_out() const { return left_out_; }
    std::uint64_t lost() const { return lost_; }  // cut off because the table needed their places

  private:
    struct Open {
        study::Flow flow;
        EndedSpell spell;
        Time last{};
    };
    void begun(const track::StudyRecord& record);
    void close(Open& open, study::Ending ending, Time when);

    Nanoseconds floor_;
    std::function<void(const EndedSpell&)> told_;
    std::unordered_map<std::uint64_t, Open> open_;  // by spell
    std::deque<study::Flow> flows_;
    Time run_{};             // when the run began
    Nanoseconds clock_ = 0;  // the study's, then
    std::size_t gaps_ = 0;
    std::uint64_t left_out_ = 0, lost_ = 0;
};

// Flow::kind of half-closed connections: who closed first. Of others it is the track::SpellKind.
enum class CloserKind : std::uint8_t { client, server };

}  // namespace gatehouse::frontend

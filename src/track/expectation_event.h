// What happened to expectations, for those who watch. As track/event.h: noted by the engine's thread, taken
// by another; lost and counted when nobody takes it in time.
#pragma once
#include "base/ring.h"
#include "track/expectation.h"

namespace gatehouse::track {

// Linux's numbers (enum ip_conntrack_expect_events), as bits; CT --expevents and ctnetlink speak of them.
namespace expectation_change {
constexpr std::uint16_t made = 1u << 0;
constexpr std::uint16_t gone = 1u << 1;
}  // namespace expectation_change

struct ExpectationEvent {
    std::uint16_t change = 0;  // of `expectation_change`
    Tick now{};                // in which Expectation::expiry is to be understood
    Time time{};
    Expectation expectation{};
    Tuple master{};            // the original direction
    std::uint16_t helper = 0;  // the master's, by its place among all_helper_names()
};

class ExpectationEvents final : public ExpectationWatcher {
  public:
    // At most `room` wait to be read.
    ExpectationEvents(const Table& table, std::uint32_t room) : table_(table), ring_(room) {}

    void expected(const Expectation& expectation) override { post(expectation, expectation_change::made); }
    void forgotten(const Expectation& expectation) override { post(expectation, expectation_change::gone); }

    // The reader's thread: take(const ExpectationEvent&) for at most `most` of them.
    template <class Take>
    std::uint32_t drain(std::uint32_t most, Take&& take) {
        return ring_.drain(most, take);
    }
    // Events that found the ring full.
    std::uint64_t lost() const { return lost_; }

  private:
    void post(const Expectation& expectation, std::uint16_t change);

    const Table& table_;
    Ring<ExpectationEvent> ring_;
    std::uint64_t lost_ = 0;
};

}  // namespace gatehouse::track

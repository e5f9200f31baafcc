#include "track/expectation_event.h"

namespace gatehouse::track {

void ExpectationEvents::post(const Expectation& expectation, std::uint16_t change) {
    const Entry& master = table_[expectation.master];
    if (const Wishes* const wishes = table_.side().find<Wishes>(master);
        wishes != nullptr && wishes->events_set() && (wishes->expectation_events & change) == 0)
        return;
    ExpectationEvent* const event = ring_.next();
    if (event == nullptr) {
        ++lost_;
        return;
    }
    const HelperState* const state = table_.side().find<HelperState>(master);
    *event = {.change = change,
              .now = table_.now(),
              .time = table_.time(),
              .expectation = expectation,
              .master = master.tuple(Direction::original),
              .helper = state == nullptr ? std::uint16_t{} : state->helper};
    ring_.post();
}

}  // namespace gatehouse::track

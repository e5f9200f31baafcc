// When to look at which connection: a timer wheel of one turn, whose links are the entries' Cold.
//
// A packet doesn't touch the wheel: it writes Entry::expiry. The wheel looks at a connection when it was
// armed for, and arms it again if it lives on. Nobody is armed for later than `horizon`, however long a
// connection may be silent: so a deadline that moves back and forth (TCP's, with each segment and its ACK)
// needs no visit here as long as it stays beyond the horizon, and one turn is enough for timeouts of any
// length.
//
// Slots hold connections in the order of arming; a connection is due up to one step after its tick. The
// engine's thread only.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "base/arena.h"
#include "track/entry.h"

namespace gatehouse::track {

class Wheel {
  public:
    static constexpr std::uint32_t step = 32;  // milliseconds
    static constexpr std::uint32_t slots = 16'384;
    static constexpr std::uint32_t horizon = 300'000;

    explicit Wheel(Arena<Entry>& entries);

    // Looks at the connection at `at`, which is not before now; it isn't armed.
    void arm(ConnIndex connection, Tick at);
    void disarm(ConnIndex connection);
    Tick armed(ConnIndex connection) const { return {entries_[index(connection)].cold().armed}; }

    // Whether the time `now` makes anything due that advance() hasn't looked for.
    bool behind(Tick now) const { return start_of(now) != cursor_; }
    // Disarms what is due, the earliest first, and calls due(ConnIndex) for each: at most `budget` of them.
    // Returns how many. The callee may arm and disarm any connection.
    template <class Due>
    unsigned advance(Tick now, unsigned budget, Due&& due);

  private:
    static constexpr std::uint32_t none = Arena<Entry>::none;
    static constexpr std::uint32_t turn = slots * step;
    static constexpr std::uint32_t slot_of(Tick t) { return t.value / step % slots; }
    static constexpr Tick start_of(Tick t) { return {t.value / step * step}; }

    struct Slot {
        std::uint32_t newest = none, oldest = none;
    };

    // Moves the cursor to the next slot that holds anything and is over at `end`; false, and to `end`, when
    // there is none.
    bool seek(Tick end);
    void mark(std::uint32_t slot);
    void unmark(std::uint32_t slot);

    Arena<Entry>& entries_;
    std::vector<Slot> slots_;
    // A bit for each slot that holds anything, and one for each word of those bits that isn't zero.
    std::array<std::uint64_t, slots / 64> held_{};
    std::array<std::uint64_t, slots / 64 / 64> held_words_{};
    Tick cursor_{};  // the beginning of the step up to which nothing is due
};

template <class Due>
unsigned Wheel::advance(Tick now, unsigned budget, Due&& due) {
    const Tick end = start_of(now);
    // After a pause each slot still is visited, in order, but none twice for nothing.
    const auto behind_by = static_cast<std::uint32_t>(end - cursor_);
    if (behind_by > 2 * turn) cursor_ = cursor_ + (behind_by / turn - 1) * turn;
    unsigned done = 0;
    while (seek(end)) {
        Slot& slot = slots_[slot_of(cursor_)];
        while (slot.oldest != none) {
            const auto connection = static_cast<ConnIndex>(slot.oldest);
            // What was armed after a pause belongs to a later turn, and so do all behind it.
            if (armed(connection) - cursor_ >= static_cast<std::int32_t>(step)) break;
            if (done == budget) return done;
            disarm(connection);
            ++done;
            due(connection);
        }
        cursor_ = cursor_ + step;
    }
    return done;
}

}  // namespace gatehouse::track

// The connection whose payload a helper reads, as the helper may see and alter it.
#pragma once
#include <cstdint>
#include <type_traits>

#include "helper/findings.h"
#include "helper/settings.h"
#include "track/tracking.h"

namespace gatehouse::helper {

// A connection's zone, whichever of its directions that counts for.
inline track::Zone zone_of(const track::Entry& entry) {
    return entry.zone[0] != track::Zone{} ? entry.zone[0] : entry.zone[1];
}
inline bool is_translated(const track::Entry& entry) {
    return (entry.status & (track::status::source_nat | track::status::destination_nat)) != 0;
}

// What the helper of a connection remembers of it: zeros at first.
template <class Memory>
Memory& memory_of(track::Tracking& tracking, const track::Entry& entry) {
    static_assert(std::is_trivial_v<Memory> && sizeof(Memory) <= sizeof(track::HelperState::data) &&
                  alignof(Memory) <= alignof(track::HelperState));
    return *reinterpret_cast<Memory*>(tracking.table().side().find<track::HelperState>(entry)->data);
}

class Subject {
  public:
    Subject(track::Tracking& tracking, const Settings& settings, const track::Seen& seen,
            const Context& context)
        : tracking_(tracking), settings_(settings), seen_(seen), context_(context) {}

    // The way of the bytes at hand.
    track::Direction direction() const { return seen_.direction; }
    track::Direction back() const { return track::opposite(seen_.direction); }
    track::Info info() const { return seen_.info; }
    const track::Entry& entry() const { return *seen_.entry; }
    track::ConnIndex connection() const { return seen_.connection; }
    track::Tuple tuple(track::Direction direction) const { return entry().tuple(direction); }
    track::Tuple mine() const { return tuple(direction()); }
    track::Tuple theirs() const { return tuple(back()); }
    const Settings& settings() const { return settings_; }
    // Whether addresses of this connection are translated, so that what is said of them matters.
    bool translated() const { return is_translated(entry()); }
    track::Zone zone() const { return zone_of(entry()); }
    // Its helper's place among track::all_helper_names(), plus one, as expectations have it.
    std::uint16_t helper() const { return static_cast<std::uint16_t>(state(entry()).helper + 1); }
    // Whether another connection, which expects something, has the same helper.
    bool same_helper(track::ConnIndex other) const {
        return state(tracking_.table()[other]).helper == state(entry()).helper;
    }
    // Of the packet at hand: where it came from and leaves by.
    const Context& context() const { return context_; }
    Time now() const { return tracking_.table().time(); }

    // What the helper remembers of this connection: zeros at first.
    template <class Memory>
    Memory& memory() {
        return memory_of<Memory>(tracking_, entry());
    }

    // The connection's own expectations, the newest first, and those of all.
    // Of those that lead to whoever sends in `announcer`'s direction: the one that was announced as `port`,
    // or is known to the other side as `port`; nullptr without one.
    const track::Expectation* find_announced(track::Direction announcer, std::uint16_t port) const;
    const track::Expectation* find_known(track::Direction announcer, std::uint16_t port) const;
    track::Expectations& expectations() { return tracking_.expectations(); }
    const track::Expectations& expectations() const { return tracking_.expectations(); }
    track::Tracking& tracking() { return tracking_; }

  private:
    const track::HelperState& state(const track::Entry& of) const {
        return *tracking_.table().side().find<track::HelperState>(of);
    }

    track::Tracking& tracking_;
    const Settings& settings_;
    track::Seen seen_;
    const Context& context_;
};

// A connection that the far end will open to `port` of whoever sent the bytes at hand, from any port: the
// shape that most have.
Wanted call_back(const Subject& subject, std::uint8_t protocol, std::uint16_t port);

}  // namespace gatehouse::helper

// The connection whose payload a helper reads, as the helper may see and alter it.
#pragma once
#include <cstdint>
#include <type_traits>

#include "helper/findings.h"
#include "helper/settings.h"
#include "track/tracking.h"

namespace gatehouse::helper {

class Subject {
  public:
    Subject(track::Tracking& tracking, const Settings& settings, const track::Seen& seen)
        : tracking_(tracking), settings_(settings), seen_(seen) {}

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
    Time now() const { return tracking_.table().time(); }

    // What the helper remembers of this connection: zeros at first.
    template <class Memory>
    Memory& memory() {
        static_assert(std::is_trivial_v<Memory> && sizeof(Memory) <= sizeof(track::HelperState::data) &&
                      alignof(Memory) <= alignof(track::HelperState));
        return *reinterpret_cast<Memory*>(state().data);
    }

    // The connection's own expectations, the newest first, and those of all.
    track::Expectations& expectations() { return tracking_.expectations(); }
    const track::Expectations& expectations() const { return tracking_.expectations(); }
    track::Tracking& tracking() { return tracking_; }

  private:
    track::HelperState& state() { return *tracking_.table().side().find<track::HelperState>(*seen_.entry); }

    track::Tracking& tracking_;
    const Settings& settings_;
    track::Seen seen_;
};

// A connection that the far end will open to `port` of whoever sent the bytes at hand, from any port: the
// shape that most have.
Wanted call_back(const Subject& subject, std::uint8_t protocol, std::uint16_t port);

}  // namespace gatehouse::helper

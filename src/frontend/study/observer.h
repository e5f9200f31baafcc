// A capture's packets past connection tracking in the study's mode: looked at, not routed, whichever way they
// went.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "frontend/study/collector.h"
#include "frontend/study/feed.h"
#include "hook/context.h"
#include "track/tracking.h"

namespace gatehouse::frontend {

class Observer {
  public:
    // `entries`: of the connection table.
    Observer(track::StudyMode mode, std::uint32_t entries, Collector& collector);

    // Looks at one capture to its end or to the damage. It goes on with the connections of the one before if
    // it begins at most `longest_pause` after that. Where no packet at all comes for `longest_lull`, nobody
    // was looking: what follows is a run of its own.
    static constexpr Nanoseconds longest_pause = 60 * second;
    static constexpr Nanoseconds longest_lull = 86'400 * second;
    using Progress = Feed::Progress;
    Result<io::Next> run(const std::string& capture, const Progress& progress);
    // After the last one.
    void finish();

    const Unobserved& unobserved() const { return feed_.unobserved(); }
    const io::Damage& damage() const { return feed_.damage(); }

  private:
    void look_at(Time time, Packet* packet);
    void track(Packet& packet);
    void set_time(Time time);

    track::StudyMode mode_;
    std::uint32_t entries_;
    Collector& collector_;
    Feed feed_;
    Services services_;
    std::unique_ptr<track::Tracking> tracking_;
    std::optional<Time> now_;     // of the run; nothing before its first packet
    bool fresh_capture_ = false;  // its first packet is still to come
};

}  // namespace gatehouse::frontend

// What nobody uses any more, kept for a while, in the order in which that was seen.
//
// T stands in an Arena and has a LingeringPlace called `linger`. The engine's thread only.
#pragma once
#include <cstdint>

#include "base/arena.h"
#include "track/table.h"

namespace gatehouse::nat {

struct LingeringPlace {
    track::Tick since{};
    std::uint32_t newer = 0, older = 0;  // places in the arena plus one; 0: nobody
};

template <class T>
class Lingering {
  public:
    // `ticks`: how long.
    Lingering(const track::Table& table, Arena<T>& all, std::uint32_t ticks)
        : table_(table), all_(all), ticks_(static_cast<std::int32_t>(ticks)) {}

    void add(std::uint32_t at) { add_since(at, table_.now()); }
    // Its last connection has just been ended, perhaps some time after its own time was over.
    void add(std::uint32_t at, const track::Entry& last) {
        add_since(at, table_.is_over(last) ? last.expiry : table_.now());
    }
    void remove(std::uint32_t at) {
        const LingeringPlace& mine = all_[at].linger;
        (mine.newer != 0 ? all_[mine.newer - 1].linger.older : newest_) = mine.older;
        (mine.older != 0 ? all_[mine.older - 1].linger.newer : oldest_) = mine.newer;
    }
    // Of one that is in here.
    bool is_over(std::uint32_t at) const { return table_.now() - all_[at].linger.since >= ticks_; }
    // forget(place) for those whose time is over, the oldest first, after taking them out: more than come at
    // a time, and no more.
    template <class Forget>
    void expire(Forget&& forget) {
        constexpr unsigned most = 4;
        for (unsigned i = 0; i < most && oldest_ != 0 && is_over(oldest_ - 1); ++i) {
            const std::uint32_t at = oldest_ - 1;
            remove(at);
            forget(at);
        }
    }

  private:
    void add_since(std::uint32_t at, track::Tick since) {
        all_[at].linger = {.since = since, .older = newest_};
        if (newest_ != 0) all_[newest_ - 1].linger.newer = at + 1;
        newest_ = at + 1;
        if (oldest_ == 0) oldest_ = at + 1;
    }

    const track::Table& table_;
    Arena<T>& all_;
    std::int32_t ticks_;
    std::uint32_t newest_ = 0, oldest_ = 0;
};

}  // namespace gatehouse::nat

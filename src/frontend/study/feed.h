// A capture's packets for a study, one after the other: looked at, not routed, whichever way they went.
#pragma once
#include <functional>
#include <string>

#include "base/error.h"
#include "io/capture_reader.h"
#include "packet/pool.h"

namespace gatehouse::frontend {

// What a capture held that tracking wasn't shown.
struct Unobserved {
    std::uint64_t records = 0;  // all of them
    std::uint64_t unconvertible = 0, too_long = 0, unreadable = 0, fragments = 0;
    std::uint64_t invalid = 0;  // seen, but of no connection
    std::string first_problem;
};

class Feed {
  public:
    Feed() : pool_(static_cast<PoolId>(1), 1, max_frame + 64) {}

    using Progress = std::function<void(const io::CaptureReader&, std::uint64_t)>;
    // Of each record of the capture, to its end or to the damage: its time, and its packet if there is one to
    // be tracked, whole as far as it was kept and with zeros behind that; else nullptr. The packet is good
    // for the call.
    using Take = std::function<void(Time, Packet*)>;
    Result<io::Next> run(const std::string& capture, const Progress& progress, const Take& take);

    Unobserved& unobserved() { return unobserved_; }
    const Unobserved& unobserved() const { return unobserved_; }
    const io::Damage& damage() const { return damage_; }

  private:
    bool take_in(const io::CaptureRecord& record, Packet& packet);

    Pool pool_;
    Unobserved unobserved_;
    io::Damage damage_;
};

}  // namespace gatehouse::frontend

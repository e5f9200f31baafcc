#include "frontend/study/observer.h"

#include <algorithm>

#include "wire/protocol.h"

namespace gatehouse::frontend {

namespace {

constexpr std::uint32_t records_waiting = 65'536;

}  // namespace

Observer::Observer(track::StudyMode mode, std::uint32_t entries, Collector& collector)
    : mode_(mode), entries_(entries), collector_(collector) {}

// The time of a packet. It never goes back within a run.
void Observer::set_time(Time time) {
    if (now_) {
        const Nanoseconds pause = time - *now_;
        if (pause > (fresh_capture_ ? longest_pause : longest_lull) || (fresh_capture_ && pause < 0))
            finish();
    }
    fresh_capture_ = false;
    if (!now_) {
        // Lengths and checksums are whatever the capture made of them.
        track::Settings settings{.verify_checksums = false, .limits = {.entries = entries_}};
        tracking_ = std::make_unique<track::Tracking>(settings, 1);
        tracking_->study(mode_, records_waiting);
        services_.tracking = tracking_.get();
        now_ = time;
        collector_.begin_run(time);
    }
    now_ = std::max(*now_, time);
    services_.now = *now_;
}

void Observer::finish() {
    if (!now_) return;
    feed_.unobserved().invalid += tracking_->table().statistics().invalid;
    collector_.end_run(*now_);
    now_.reset();
}

void Observer::track(Packet& packet) {
    Context context(packet, services_, Hook::prerouting);
    tracking_->track(context);
    tracking_->confirm(context);
    tracking_->settle();
    tracking_->study()->drain(records_waiting,
                              [&](const track::StudyRecord& record) { collector_.take(record); });
}

void Observer::look_at(Time time, Packet* packet) {
    set_time(time);
    if (packet == nullptr) return;
    const std::uint8_t protocol = packet->flat.protocol;
    const bool udp = protocol == wire::protocol::udp || protocol == wire::protocol::udplite;
    if (protocol == wire::protocol::tcp || (udp && mode_ == track::StudyMode::idle)) track(*packet);
}

Result<io::Next> Observer::run(const std::string& capture, const Progress& progress) {
    fresh_capture_ = true;
    return feed_.run(capture, progress, [&](Time time, Packet* packet) { look_at(time, packet); });
}

}  // namespace gatehouse::frontend

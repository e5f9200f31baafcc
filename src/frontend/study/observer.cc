#include "frontend/study/observer.h"

#include <algorithm>
#include <fmt/format.h>

#include "packet/parse.h"
#include "packet/reason.h"

namespace gatehouse::frontend {

namespace {

constexpr std::uint32_t records_waiting = 65'536;

}  // namespace

Observer::Observer(track::StudyMode mode, std::uint32_t entries, Collector& collector)
    : mode_(mode),
      entries_(entries),
      collector_(collector),
      pool_(static_cast<PoolId>(1), 1, max_frame + 64) {}

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
    unobserved_.invalid += tracking_->table().statistics().invalid;
    collector_.end_run(*now_);
    now_.reset();
}

bool Observer::take_in(const io::CaptureRecord& record, Packet& packet) {
    const auto leave_out = [&](std::uint64_t& count, const std::string& why) {
        ++count;
        if (unobserved_.first_problem.empty())
            unobserved_.first_problem = fmt::format("packet {}: {}", unobserved_.records, why);
        return false;
    };
    const auto framing = io::framing_of(record.link_type, record.bytes);
    if (!framing) return leave_out(unobserved_.unconvertible, framing.error().text());
    // What the capture didn't keep of a packet is taken for zeros: the headers are what counts.
    const std::size_t missing =
        record.original_length - std::min<std::size_t>(record.original_length, record.bytes.size());
    const std::size_t kept = record.bytes.size() + static_cast<std::size_t>(std::max(0, framing->growth()));
    if (kept > max_frame)
        return leave_out(unobserved_.too_long, fmt::format("{} bytes don't fit a packet", kept));
    packet.length = io::write_ethernet(*framing, record.bytes, {}, {},
                                       {packet.data, packet.capacity - packet.headroom()});
    const std::size_t whole = std::min<std::size_t>(packet.length + missing, max_frame);
    std::fill(packet.data + packet.length, packet.data + whole, std::uint8_t{0});
    packet.length = static_cast<std::uint32_t>(whole);
    packet.type = PacketType::loopback;  // any address may be one of this machine's own
    const Finding finding = parse_frame(packet).finding;
    if (finding) return leave_out(unobserved_.unreadable, words(finding.reason, finding.numbers));
    if (packet.flat.network && packet.flat.fragmented) return leave_out(unobserved_.fragments, "a fragment");
    return packet.flat.network;
}

void Observer::track(Packet& packet) {
    Context context(packet, services_, Hook::prerouting);
    tracking_->track(context);
    tracking_->confirm(context);
    tracking_->settle();
    tracking_->study()->drain(records_waiting,
                              [&](const track::StudyRecord& record) { collector_.take(record); });
}

void Observer::look_at(const io::CaptureRecord& record) {
    set_time(record.time);
    Packet* const packet = pool_.take();
    if (take_in(record, *packet)) {
        const std::uint8_t protocol = packet->flat.protocol;
        const bool udp = protocol == wire::protocol::udp || protocol == wire::protocol::udplite;
        if (protocol == wire::protocol::tcp || (udp && mode_ == track::StudyMode::idle)) track(*packet);
    }
    pool_.give_back(packet);
}

Result<io::Next> Observer::run(const std::string& capture, const Progress& progress) {
    auto reader = io::CaptureReader::open(capture);
    if (!reader) return std::unexpected(reader.error());
    fresh_capture_ = true;
    io::CaptureRecord record;
    io::Next state;
    while ((state = reader->next(record)) == io::Next::record) {
        ++unobserved_.records;
        look_at(record);
        if (record.index % 65536 == 0) progress(*reader, record.index);
    }
    damage_ = reader->damage();
    return state;
}

}  // namespace gatehouse::frontend

#include "frontend/study/partial.h"

#include <algorithm>

#include "base/sequence.h"
#include "track/helper_name.h"
#include "wire/protocol.h"
#include "wire/tcp.h"

namespace gatehouse::frontend {

namespace {

constexpr HelperPort usual[] = {{"ftp", 21},   {"rtsp", 554}, {"Q.931", 1720}, {"pptp", 1723},
                                {"mms", 1755}, {"sip", 5060}, {"sane", 6566},  {"irc", 6667}};

}  // namespace

std::span<const HelperPort> usual_helper_ports() { return usual; }

PartialStudy::PartialStudy(std::vector<HelperPort> ports, std::uint32_t entries)
    : ports_(std::move(ports)),
      // Lengths and checksums are whatever the capture made of them.
      tracking_({.verify_checksums = false, .limits = {.entries = entries}}, 1),
      helpers_(tracking_, {}) {
    services_.tracking = &tracking_;
    helpers_.set_listener(this);
}

PartialStudy::Stream& PartialStudy::stream_of(track::ConnIndex connection, track::Direction direction) {
    const std::uint64_t key = std::uint64_t{index(connection)} << 32 |
                              std::uint64_t{tracking_.table()[connection].generation} << 1 |
                              track::index(direction);
    return streams_[key];
}

void PartialStudy::take(Packet& packet, Time time) {
    services_.now = time;
    tracking_.advance(time);
    packet.time = time;
    const auto port = std::ranges::find(ports_, packet.flat.dport, &HelperPort::port);
    const auto helper =
        port == ports_.end() ? std::nullopt : track::find_helper(port->helper, wire::protocol::tcp);
    if (helper) tracking_.apply(packet, {.helper = static_cast<std::uint16_t>(*helper + 1)});
    Context context(packet, services_, Hook::prerouting);
    tracking_.track(context);
    context.hook = Hook::postrouting;
    const track::Seen seen = tracking_.seen(packet);
    const auto segment = wire::TcpView::parse(packet.transport());
    const bool opens = segment && (segment->flags() & wire::tcp_flag::syn) != 0;
    if (seen.is_connection() && segment && !opens && !segment->payload().empty() &&
        tracking_.table().side().find<track::HelperState>(*seen.entry) != nullptr) {
        Stream& stream = stream_of(seen.connection, seen.direction);
        const std::uint32_t begin = segment->sequence();
        const Segment one{begin, begin + static_cast<std::uint32_t>(segment->payload().size()), time};
        came_again(stream, one);
        if (stream.segments.size() == most_segments) stream.segments.erase(stream.segments.begin());
        stream.segments.push_back(one);
    }
    helpers_.inspect(context);
    tracking_.confirm(context);
    tracking_.settle();
}

// A command that was cut: did its sender say it whole this time?
void PartialStudy::came_again(const Stream& stream, const Segment& segment) {
    for (std::size_t i = 0; i < stream.known_count; ++i) {
        const Known& known = stream.known[i];
        if (!before(segment.begin, known.end) || !after(segment.end, known.begin)) continue;
        StudiedCommand& command = commands_.find(stream.helper)->second[known.place];
        command.said_again = true;
        command.coalesced |= !after(segment.begin, known.begin) && !before(segment.end, known.end);
    }
}

void PartialStudy::count(Stream& stream, std::uint32_t begin, std::uint32_t end, bool ended) {
    StudiedCommand command{.ended = ended};
    Time first{}, last{};
    bool whole = false;
    for (std::size_t i = 0; i < stream.segments.size(); ++i) {
        const Segment& segment = stream.segments[i];
        if (!before(segment.begin, end) || !after(segment.end, begin)) continue;
        const auto earlier = std::span(stream.segments).first(i);
        const auto overlaps = [&](const Segment& other) {
            return before(other.begin, segment.end) && after(other.end, segment.begin) &&
                   before(other.begin, end) && after(other.end, begin);
        };
        const auto has_it = [&](const Segment& other) {
            return !after(other.begin, segment.begin) && !before(other.end, segment.end);
        };
        command.said_again |= std::ranges::any_of(earlier, overlaps);
        const bool fresh = std::ranges::none_of(earlier, has_it);
        whole |= !after(segment.begin, begin) && !before(segment.end, end);
        if (fresh) {
            if (command.pieces == 0) first = segment.time;
            last = segment.time;
            ++command.pieces;
        }
    }
    if (command.pieces == 0) return;
    command.took = last - first;
    command.coalesced = ended && whole && command.pieces > 1;
    auto& all = commands_[std::string(stream.helper)];
    all.push_back(command);
    if (command.pieces == 1) return;
    if (stream.known_count == stream.known.size()) {
        std::ranges::move(std::span(stream.known).subspan(1), stream.known.begin());
        --stream.known_count;
    }
    stream.known[stream.known_count++] = {begin, end, all.size() - 1};
}

void PartialStudy::read(const helper::Subject& subject, std::uint32_t begin, std::uint32_t end,
                        bool announces) {
    Stream& stream = stream_of(subject.connection(), subject.direction());
    stream.helper = track::all_helper_names()[subject.helper() - 1u].name;
    stream.waits = false;
    if (announces) count(stream, begin, end, true);
    std::erase_if(stream.segments, [&](const Segment& segment) { return !after(segment.end, end); });
}

void PartialStudy::waits(const helper::Subject& subject, std::uint32_t begin, std::uint32_t end) {
    Stream& stream = stream_of(subject.connection(), subject.direction());
    stream.helper = track::all_helper_names()[subject.helper() - 1u].name;
    stream.waits = true;
    stream.wait_begin = begin;
    stream.wait_end = end;
}

void PartialStudy::finish() {
    for (auto& [key, stream] : streams_) {
        if (stream.waits) count(stream, stream.wait_begin, stream.wait_end, false);
    }
    streams_.clear();
}

}  // namespace gatehouse::frontend

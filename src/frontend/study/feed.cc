#include "frontend/study/feed.h"

#include <algorithm>
#include <fmt/format.h>

#include "io/link_type.h"
#include "packet/parse.h"
#include "packet/reason.h"

namespace gatehouse::frontend {

bool Feed::take_in(const io::CaptureRecord& record, Packet& packet) {
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

Result<io::Next> Feed::run(const std::string& capture, const Progress& progress, const Take& take) {
    auto reader = io::CaptureReader::open(capture);
    if (!reader) return std::unexpected(reader.error());
    io::CaptureRecord record;
    io::Next state;
    while ((state = reader->next(record)) == io::Next::record) {
        ++unobserved_.records;
        Packet* const packet = pool_.take();
        take(record.time, take_in(record, *packet) ? packet : nullptr);
        pool_.give_back(packet);
        if (record.index % 65536 == 0) progress(*reader, record.index);
    }
    damage_ = reader->damage();
    return state;
}

}  // namespace gatehouse::frontend

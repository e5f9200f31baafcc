#include "frontend/replay/invalid.h"

#include <fmt/format.h>

#include "io/capture_reader.h"
#include "io/pcapng_writer.h"
#include "packet/pool.h"
#include "track/kernel_words.h"
#include "wire/names.h"

namespace gatehouse::frontend {

namespace {

std::string exact(Time time) {
    return fmt::format("{}.{:09}", time.since_epoch / second, time.since_epoch % second);
}

std::string reason_of(const PacketReport& report) {
    const Finding& why = report.tracking;
    return fmt::format("{} ({}): {}", report.invalid ? "INVALID" : "ignored", name(why.reason),
                       words(why.reason, why.numbers));
}

// A packet of the flow before: which way it went as seen from the one that is told of.
std::string history_line(const PastPacket& past, Time now, bool turned) {
    std::string line = fmt::format("    packet {}, {:.6f} s before, {}", past.index,
                                   static_cast<double>(now - past.time) / static_cast<double>(second),
                                   past.turned == turned ? "the same way" : "the other way");
    const Arrival& a = past.arrival;
    if (a.segment) {
        line += fmt::format(": {} seq {}", wire::flags_text(a.flat.tcp_flags), a.seq);
        if ((a.flat.tcp_flags & wire::tcp_flag::ack) != 0) line += fmt::format(" ack {}", a.ack);
        line += fmt::format(" win {}", a.window);
        if (a.data > 0) line += fmt::format(" data {}", a.data);
    }
    return line + fmt::format("; {}{}{}", past.state, past.state.empty() ? "" : ", ", past.verdict);
}

}  // namespace

std::string account_of(const PacketReport& report, std::span<const PastPacket> before) {
    const std::uint8_t protocol = report.arrival.flat.protocol;
    std::string text = fmt::format("  {}\n", reason_of(report));
    if (const auto said = track::kernel_says(protocol, report.tracking); !said.empty())
        text += fmt::format("  the kernel's log: nf_ct_proto_{}: {}\n", protocol, said);
    if (!before.empty()) text += "  before it, in this flow:\n";
    const bool turned = flow_key(report.arrival.flat).turned;
    for (const PastPacket& past : before) text += history_line(past, report.time, turned) + '\n';
    return text;
}

PastPacket past_of(const PacketReport& report) {
    return {.index = report.index,
            .time = report.time,
            .arrival = report.arrival,
            .state = report.tracking && !report.invalid ? "ignored" : report.state,
            .verdict = name(report.completion.disposition)};
}

void Invalids::report(const PacketReport& report, const Engine&) {
    if (!report.arrival.flat.network) return;
    const FlowKey key = flow_key(report.arrival.flat);
    if (report.tracking && (report.invalid || ignored_)) tell(report, key);
    history_.note(key, past_of(report));
}

void Invalids::tell(const PacketReport& report, const FlowKey& key) {
    fmt::print(to_, "packet {} at {}: {}\n{}", report.index, exact(report.time), words(report.arrival),
               account_of(report, history_.news(key)));
    if (comments_.size() == most) {
        ++forgotten_;
        return;
    }
    flows_.insert(key);
    comments_.emplace(report.index, reason_of(report));
}

Result<std::uint64_t> Invalids::write_flows(const std::vector<std::string>& captures,
                                            const std::string& path) const {
    auto writer = io::PcapngWriter::create(path, {.application = "gatehouse"});
    if (!writer) return std::unexpected(writer.error());
    Pool pool(static_cast<PoolId>(1), 1, max_frame + 64);
    std::uint64_t index = 0;
    for (const auto& capture : captures) {
        auto reader = io::CaptureReader::open(capture);
        if (!reader) return std::unexpected(reader.error());
        std::vector<std::uint32_t> numbers;  // in the file that is written, by interface of the capture
        io::CaptureRecord record;
        while (reader->next(record) == io::Next::record) {
            ++index;
            const auto framing = io::framing_of(record.link_type, record.bytes);
            if (!framing || record.bytes.size() > max_frame) continue;
            Packet* const packet = pool.take();
            packet->length = io::write_ethernet(*framing, record.bytes, {}, {},
                                                {packet->data, packet->capacity - packet->headroom()});
            const Flat flat = arrival_of(*packet).flat;
            pool.give_back(packet);
            if (!flat.network || !flows_.contains(flow_key(flat))) continue;
            for (std::size_t i = numbers.size(); i <= record.interface; ++i) {
                const auto& its = reader->interfaces()[i];
                numbers.push_back(writer->add_interface({.name = its.name,
                                                         .description = its.description,
                                                         .link_type = its.link_type,
                                                         .snap_length = its.snap_length}));
            }
            const auto comment = comments_.find(index);
            writer->write(
                {.interface = numbers[record.interface],
                 .time = record.time,
                 .bytes = record.bytes,
                 .original_length = record.original_length,
                 .comment = comment == comments_.end() ? record.comment : std::string_view(comment->second),
                 .direction = record.direction});
        }
    }
    if (auto closed = writer->close(); !closed) return std::unexpected(closed.error());
    return writer->packets();
}

}  // namespace gatehouse::frontend

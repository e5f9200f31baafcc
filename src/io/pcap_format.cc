#include "io/pcap_format.h"

#include <fmt/format.h>
#include <utility>

#include "io/endian.h"

namespace gatehouse::io {

namespace {

constexpr std::uint32_t magic_microseconds = 0xa1b2c3d4;
constexpr std::uint32_t magic_nanoseconds = 0xa1b23c4d;
constexpr std::size_t file_header_length = 24;
constexpr std::size_t record_header_length = 16;

}  // namespace

std::unique_ptr<PcapFormat> PcapFormat::recognise(Bytes head) {
    if (head.size() < 4) return nullptr;
    for (const bool swapped : {false, true}) {
        const std::uint32_t magic = load32(head.data(), swapped);
        if (magic != magic_microseconds && magic != magic_nanoseconds) continue;
        const Nanoseconds unit = magic == magic_microseconds ? microsecond : 1;
        return std::unique_ptr<PcapFormat>(new PcapFormat(swapped, unit));
    }
    return nullptr;
}

Next PcapFormat::file_header(ByteSource& source, Damage& damage) {
    if (source.want(file_header_length) < file_header_length) {
        return cut_short(source, "the file header", file_header_length, damage);
    }
    const std::uint8_t* header = source.data();
    const auto major = load16(header + 4, swapped_), minor = load16(header + 6, swapped_);
    if (major != 2 || minor > 4) {
        damage.offset = 4;
        damage.expected = "a version from 2.0 to 2.4";
        damage.came = fmt::format("version {}.{} came", major, minor);
        return Next::damage;
    }
    lengths_may_be_swapped_ = minor < 4;
    // The upper half of the field may tell the length of a frame check sequence.
    link_type_ = static_cast<LinkType>(load32(header + 20, swapped_) & 0xffff);
    interfaces_.push_back({.link_type = link_type_, .snap_length = load32(header + 16, swapped_)});
    source.take(file_header_length);
    have_header_ = true;
    return Next::record;
}

Next PcapFormat::next(ByteSource& source, CaptureRecord& record, Damage& damage) {
    if (!have_header_) [[unlikely]] {
        if (const Next header = file_header(source, damage); header != Next::record) return header;
    }
    const std::size_t there = source.want(record_header_length);
    if (there < record_header_length) [[unlikely]] {
        if (there == 0 && source.trouble().empty()) return Next::end;
        return cut_short(source, "record header", record_header_length, damage);
    }
    const std::uint8_t* header = source.data();
    std::uint32_t captured = load32(header + 8, swapped_);
    std::uint32_t original = load32(header + 12, swapped_);
    if (lengths_may_be_swapped_ && captured > original) std::swap(captured, original);
    if (captured > max_captured_length) [[unlikely]] {
        damage.offset = source.offset() + 8;
        damage.expected = fmt::format("a captured length of at most {} bytes", max_captured_length);
        damage.came = fmt::format("{} came", captured);
        return Next::damage;
    }
    const std::size_t length = record_header_length + captured;
    if (source.want(length) < length) [[unlikely]]
        return cut_short(source, "record", length, damage);
    header = source.data();
    // 32 bits of seconds and of nanoseconds fit 63 bits of nanoseconds.
    record.time = {static_cast<Nanoseconds>(load32(header, swapped_)) * second +
                   static_cast<Nanoseconds>(load32(header + 4, swapped_)) * unit_};
    record.timed = true;
    record.interface = 0;
    record.interface_name = {};
    record.link_type = link_type_;
    record.direction = CaptureDirection::unknown;
    record.bytes = {header + record_header_length, captured};
    record.original_length = original;
    record.comment = {};
    source.take(length);
    return Next::record;
}

}  // namespace gatehouse::io

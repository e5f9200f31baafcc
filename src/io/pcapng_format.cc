#include "io/pcapng_format.h"

#include <algorithm>
#include <fmt/format.h>
#include <limits>
#include <utility>

#include "io/endian.h"
#include "io/pcapng_blocks.h"

namespace gatehouse::io {

using pcapng::Block;
using pcapng::block_overhead;
using pcapng::padded;

namespace {

__extension__ typedef __int128 Wide;  // ISO C++ has no 128-bit integer

// A text option: some writers end it with zero bytes.
std::string_view text_of(Bytes value) {
    std::string_view text(reinterpret_cast<const char*>(value.data()), value.size());
    while (text.ends_with('\0')) text.remove_suffix(1);
    return text;
}

bool is_read(Block type) {
    switch (type) {
        case Block::section_header:
        case Block::interface_description:
        case Block::packet:
        case Block::simple_packet:
        case Block::enhanced_packet: return true;
    }
    return false;
}

bool is(std::uint16_t code, pcapng::Option option) { return code == std::to_underlying(option); }

}  // namespace

Time TimeScale::time(std::uint64_t units) const {
    Wide nanoseconds = 0;
    if (binary) {
        nanoseconds = (static_cast<Wide>(units) * second) >> exponent;
    } else if (exponent <= 9) {
        nanoseconds = units;
        for (unsigned i = exponent; i < 9; ++i) nanoseconds *= 10;
    } else if (exponent < 9 + 20) {  // past that, 64 bits of units are less than a nanosecond
        std::uint64_t divisor = 1;
        for (unsigned i = 9; i < exponent; ++i) divisor *= 10;
        nanoseconds = units / divisor;
    }
    nanoseconds += static_cast<Wide>(offset) * second;
    using Limits = std::numeric_limits<Nanoseconds>;
    return {static_cast<Nanoseconds>(std::clamp<Wide>(nanoseconds, Limits::min(), Limits::max()))};
}

std::unique_ptr<PcapngFormat> PcapngFormat::recognise(Bytes head) {
    constexpr auto section_header = std::to_underlying(Block::section_header);
    if (head.size() < 4 || load32(head.data(), false) != section_header) return nullptr;
    return std::unique_ptr<PcapngFormat>(new PcapngFormat);
}

bool PcapngFormat::learn_byte_order(const std::uint8_t* block) {
    for (const bool swapped : {false, true}) {
        if (load32(block + 8, swapped) != pcapng::byte_order_magic) continue;
        swapped_ = swapped;
        return true;
    }
    return false;
}

Next PcapngFormat::next(ByteSource& source, CaptureRecord& record, Damage& damage) {
    for (;;) {
        const std::size_t there = source.want(block_overhead);
        if (there < block_overhead) [[unlikely]] {
            if (there == 0 && source.trouble().empty()) return Next::end;
            return cut_short(source, "block header", block_overhead, damage);
        }
        const auto type = static_cast<Block>(load32(source.data(), swapped_));
        if (type == Block::section_header && !learn_byte_order(source.data())) {
            damage.offset = source.offset() + 8;
            damage.expected = fmt::format("the byte-order magic {:#010x}", pcapng::byte_order_magic);
            damage.came = fmt::format("{:#010x} came", load32(source.data() + 8, false));
            return Next::damage;
        }
        const std::uint32_t length = load32(source.data() + 4, swapped_);
        if (length < block_overhead || length > max_block_length || length % 4 != 0) [[unlikely]] {
            damage.offset = source.offset() + 4;
            damage.expected = fmt::format("a block length from {} to {}, a multiple of 4", block_overhead,
                                          max_block_length);
            damage.came = fmt::format("{} came", length);
            return Next::damage;
        }
        if (!is_read(type)) {
            if (!skip_block(source, length, damage)) return Next::damage;
            continue;
        }
        if (source.want(length) < length) [[unlikely]]
            return cut_short(source, "block", length, damage);
        if (auto fault = read_block(type, Bytes(source.data(), length), record)) [[unlikely]] {
            damage.offset = source.offset() + fault->at;
            damage.expected = std::move(fault->expected);
            damage.came = std::move(fault->came);
            return Next::damage;
        }
        source.take(length);
        if (type != Block::section_header && type != Block::interface_description) return Next::record;
    }
}

PcapngFormat::Check PcapngFormat::read_block(Block type, Bytes block, CaptureRecord& record) {
    const std::size_t at = block.size() - 4;
    if (const auto again = load32(block.data() + at, swapped_); again != block.size()) [[unlikely]] {
        return Fault{at, fmt::format("the block length {} again", block.size()),
                     fmt::format("{} came", again)};
    }
    switch (type) {
        case Block::section_header: return section_header(block);
        case Block::interface_description: return interface_description(block);
        case Block::packet: return timed_packet(block, load16(block.data() + 8, swapped_), record);
        case Block::simple_packet: return simple_packet(block, record);
        case Block::enhanced_packet: return timed_packet(block, load32(block.data() + 8, swapped_), record);
    }
    return {};
}

// Passes over a block of a type that we don't read, without holding it in memory.
bool PcapngFormat::skip_block(ByteSource& source, std::uint64_t length, Damage& damage) {
    const std::uint64_t begin = source.offset();
    const std::uint64_t skipped = source.skip(length - 4);
    if (source.want(4) < 4) {
        damage.offset = begin;
        damage.expected = fmt::format("{} bytes of block", length);
        damage.came =
            fmt::format("{} after {}", source.trouble().empty() ? "the file ends" : source.trouble(),
                        skipped + source.available());
        return false;
    }
    if (const auto again = load32(source.data(), swapped_); again != length) {
        damage.offset = source.offset();
        damage.expected = fmt::format("the block length {} again", length);
        damage.came = fmt::format("{} came", again);
        return false;
    }
    source.take(4);
    return true;
}

PcapngFormat::Check PcapngFormat::section_header(Bytes block) {
    constexpr std::size_t fixed = 28;
    if (block.size() < fixed) {
        return Fault{4, fmt::format("a section header of at least {} bytes", fixed),
                     fmt::format("{} came", block.size())};
    }
    const auto major = load16(block.data() + 12, swapped_), minor = load16(block.data() + 14, swapped_);
    if (major != 1 || (minor != 0 && minor != 2)) {  // 1.2 was written by mistake, and means 1.0
        return Fault{12, "version 1.0 of the section", fmt::format("{}.{} came", major, minor)};
    }
    section_before_.swap(section_);
    section_.clear();
    ++sections_;
    return {};
}

// Reads the option at `at` and moves past it; no option where the list ends. The list may end with the block,
// without opt_endofopt.
PcapngFormat::Check PcapngFormat::next_option(Bytes block, std::size_t& at,
                                              std::optional<OptionValue>& option) const {
    option.reset();
    const std::size_t end = block.size() - 4;
    if (at == end) return {};
    if (end - at < 4) {
        return Fault{at, "an option header of 4 bytes", fmt::format("the block ends after {}", end - at)};
    }
    const auto code = load16(block.data() + at, swapped_);
    const std::size_t length = load16(block.data() + at + 2, swapped_);
    if (is(code, pcapng::Option::end)) return {};
    if (end - at - 4 < padded(length)) {
        return Fault{at, fmt::format("option {} of {} bytes", code, length),
                     fmt::format("the block ends after {}", end - at - 4)};
    }
    option = OptionValue{code, block.subspan(at + 4, length)};
    at += 4 + padded(length);
    return {};
}

PcapngFormat::Check PcapngFormat::interface_description(Bytes block) {
    constexpr std::size_t fixed = 20;
    if (block.size() < fixed) {
        return Fault{4, fmt::format("an interface description of at least {} bytes", fixed),
                     fmt::format("{} came", block.size())};
    }
    CaptureInterface interface{.link_type = static_cast<LinkType>(load16(block.data() + 8, swapped_)),
                               .snap_length = load32(block.data() + 12, swapped_)};
    TimeScale scale;
    std::size_t at = fixed - 4;
    for (;;) {
        const std::size_t option_at = at;
        std::optional<OptionValue> option;
        if (auto fault = next_option(block, at, option)) return fault;
        if (!option) break;
        const Bytes value = option->value;
        if (is(option->code, pcapng::Option::interface_name)) {
            interface.name = text_of(value).substr(0, max_interface_text);
        } else if (is(option->code, pcapng::Option::interface_description)) {
            interface.description = text_of(value).substr(0, max_interface_text);
        } else if (is(option->code, pcapng::Option::time_resolution)) {
            if (value.size() != 1) {
                return Fault{option_at, "if_tsresol of 1 byte", fmt::format("{} came", value.size())};
            }
            scale.binary = (value[0] & 0x80) != 0;
            scale.exponent = value[0] & 0x7f;
        } else if (is(option->code, pcapng::Option::time_offset)) {
            if (value.size() != 8) {
                return Fault{option_at, "if_tsoffset of 8 bytes", fmt::format("{} came", value.size())};
            }
            scale.offset = static_cast<std::int64_t>(load64(value.data(), swapped_));
        }
    }
    if (!enter_interface(std::move(interface), scale)) {
        return Fault{0, fmt::format("at most {} interfaces", max_capture_interfaces), "one more came"};
    }
    return {};
}

// Adds to the section's interfaces: one of an earlier section in the same words, if this section hasn't got
// it yet, or a new one. False if the file has too many.
bool PcapngFormat::enter_interface(CaptureInterface interface, const TimeScale& scale) {
    const auto same = [&](std::uint32_t place) {
        return section_of_[place] != sections_ && interfaces_[place] == interface && scales_[place] == scale;
    };
    std::uint32_t place = 0;
    if (section_.size() < section_before_.size() && same(section_before_[section_.size()])) {
        place = section_before_[section_.size()];  // nearly always: the same interfaces in the same order
    } else {
        while (place < interfaces_.size() && !same(place)) ++place;
    }
    if (place == max_capture_interfaces) return false;
    if (place == interfaces_.size()) {
        interfaces_.push_back(std::move(interface));
        scales_.push_back(scale);
        section_of_.push_back(0);
    }
    section_of_[place] = sections_;
    section_.push_back(place);
    return true;
}

// What every packet block has: its interface and its bytes, at `data_at`.
PcapngFormat::Check PcapngFormat::packet(Bytes block, std::size_t data_at, std::uint32_t interface,
                                         std::uint32_t captured, CaptureRecord& record) const {
    if (interface >= section_.size()) [[unlikely]] {
        return Fault{8, fmt::format("one of the section's {} interfaces", section_.size()),
                     fmt::format("interface {} came", interface)};
    }
    if (captured > max_captured_length) [[unlikely]] {
        return Fault{0, fmt::format("a captured length of at most {} bytes", max_captured_length),
                     fmt::format("{} came", captured)};
    }
    const std::size_t room = block.size() - 4 - data_at;
    if (captured > room) [[unlikely]] {
        return Fault{0, fmt::format("a packet of {} bytes", captured),
                     fmt::format("the block ends after {}", room)};
    }
    const std::uint32_t place = section_[interface];
    record.interface = place;
    record.interface_name = interfaces_[place].name;
    record.link_type = interfaces_[place].link_type;
    record.direction = CaptureDirection::unknown;
    record.bytes = block.subspan(data_at, captured);
    record.comment = {};
    return {};
}

// An enhanced packet block or the obsolete one, which differ in their interface field alone.
PcapngFormat::Check PcapngFormat::timed_packet(Bytes block, std::uint32_t interface, CaptureRecord& record) {
    constexpr std::size_t data_at = 28;
    if (block.size() < data_at + 4) [[unlikely]] {
        return Fault{4, fmt::format("a packet block of at least {} bytes", data_at + 4),
                     fmt::format("{} came", block.size())};
    }
    const std::uint8_t* head = block.data();
    const std::uint32_t captured = load32(head + 20, swapped_);
    if (auto fault = packet(block, data_at, interface, captured, record)) [[unlikely]]
        return fault;
    const std::uint64_t units =
        static_cast<std::uint64_t>(load32(head + 12, swapped_)) << 32 | load32(head + 16, swapped_);
    record.time = last_time_ = scales_[record.interface].time(units);
    record.timed = true;
    record.original_length = load32(head + 24, swapped_);
    return packet_options(block, data_at + padded(captured), record);
}

// Has neither interface (it's the section's first), time nor captured length.
PcapngFormat::Check PcapngFormat::simple_packet(Bytes block, CaptureRecord& record) {
    constexpr std::size_t data_at = 12;
    if (block.size() < data_at + 4) {
        return Fault{4, fmt::format("a packet block of at least {} bytes", data_at + 4),
                     fmt::format("{} came", block.size())};
    }
    const std::uint32_t original = load32(block.data() + 8, swapped_);
    std::uint32_t captured = original;
    if (!section_.empty()) {
        const std::uint32_t snap_length = interfaces_[section_[0]].snap_length;
        if (snap_length != 0) captured = std::min(captured, snap_length);
    }
    if (auto fault = packet(block, data_at, 0, captured, record)) return fault;
    record.time = last_time_;
    record.timed = false;
    record.original_length = original;
    return {};
}

PcapngFormat::Check PcapngFormat::packet_options(Bytes block, std::size_t at, CaptureRecord& record) {
    at = std::min(at, block.size() - 4);
    while (at + 4 < block.size()) {
        const std::size_t option_at = at;
        std::optional<OptionValue> option;
        if (auto fault = next_option(block, at, option)) return fault;
        if (!option) break;
        if (is(option->code, pcapng::Option::comment)) {
            const std::string_view text = text_of(option->value);
            if (record.comment.empty()) {
                record.comment = text;
            } else {
                if (record.comment.data() != comments_.data()) comments_ = record.comment;
                comments_ += '\n';
                comments_ += text;
                record.comment = comments_;
            }
        } else if (is(option->code, pcapng::Option::flags)) {
            if (option->value.size() != 4) {
                return Fault{option_at, "packet flags of 4 bytes",
                             fmt::format("{} came", option->value.size())};
            }
            const std::uint32_t direction = load32(option->value.data(), swapped_) & 3;
            if (direction == 1) record.direction = CaptureDirection::inbound;
            if (direction == 2) record.direction = CaptureDirection::outbound;
        }
    }
    return {};
}

}  // namespace gatehouse::io

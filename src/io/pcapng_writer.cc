#include "io/pcapng_writer.h"

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <utility>

#include "io/pcapng_blocks.h"

namespace gatehouse::io {

using pcapng::Block;
using pcapng::Option;

namespace {

constexpr std::size_t flush_at = 256 * 1024;
constexpr std::size_t max_option = 0xffff;

// The longest beginning of `text` that fits an option and ends with a whole UTF-8 character.
std::string_view fitting(std::string_view text) {
    if (text.size() <= max_option) return text;
    std::size_t length = max_option;
    const auto continues = [&](std::size_t at) {
        return (static_cast<std::uint8_t>(text[at]) & 0xc0) == 0x80;
    };
    while (length > max_option - 4 && continues(length)) --length;
    return text.substr(0, length);
}

}  // namespace

PcapngWriter::PcapngWriter(int descriptor, bool owned, std::string path, const SectionInfo& section)
    : descriptor_(descriptor), owned_(owned), path_(std::move(path)) {
    begin_block(std::to_underlying(Block::section_header));
    put32(pcapng::byte_order_magic);
    put16(1);
    put16(0);
    const std::int64_t unknown_length = -1;
    put(&unknown_length, sizeof unknown_length);
    put_text(std::to_underlying(Option::hardware), section.hardware);
    put_text(std::to_underlying(Option::operating_system), section.operating_system);
    put_text(std::to_underlying(Option::application), section.application);
    put_text(std::to_underlying(Option::comment), section.comment);
    put32(std::to_underlying(Option::end));
    end_block();
}

Result<PcapngWriter> PcapngWriter::create(const std::string& path, const SectionInfo& section) {
    const bool standard_output = path == "-";
    const int descriptor = standard_output
                               ? STDOUT_FILENO
                               : ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (descriptor < 0) return fail(fmt::format("can't write `{}`: {}", path, std::strerror(errno)));
    return PcapngWriter(descriptor, !standard_output, path, section);
}

PcapngWriter PcapngWriter::to_memory(const SectionInfo& section) {
    PcapngWriter writer(-1, false, "<memory>", section);
    writer.in_memory_ = true;
    return writer;
}

PcapngWriter::PcapngWriter(PcapngWriter&& other) noexcept { *this = std::move(other); }

PcapngWriter& PcapngWriter::operator=(PcapngWriter&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    std::swap(owned_, other.owned_);
    std::swap(in_memory_, other.in_memory_);
    std::swap(path_, other.path_);
    std::swap(buffer_, other.buffer_);
    std::swap(interfaces_, other.interfaces_);
    std::swap(packets_, other.packets_);
    std::swap(error_, other.error_);
    return *this;
}

PcapngWriter::~PcapngWriter() { static_cast<void>(close()); }

void PcapngWriter::put(const void* data, std::size_t length) {
    const auto* bytes = static_cast<const std::uint8_t*>(data);
    buffer_.insert(buffer_.end(), bytes, bytes + length);
}

void PcapngWriter::put_padded(const void* data, std::size_t length) {
    if (length > 0) put(data, length);
    constexpr std::uint8_t zeros[3] = {};
    put(zeros, pcapng::padded(length) - length);
}

void PcapngWriter::put_option(std::uint16_t code, const void* data, std::size_t length) {
    put16(code);
    put16(static_cast<std::uint16_t>(length));
    put_padded(data, length);
}

void PcapngWriter::put_text(std::uint16_t code, std::string_view text) {
    if (text.empty()) return;
    const std::string_view value = fitting(text);
    put_option(code, value.data(), value.size());
}

void PcapngWriter::begin_block(std::uint32_t type) {
    block_at_ = buffer_.size();
    put32(type);
    put32(0);
}

void PcapngWriter::end_block() {
    const auto length = static_cast<std::uint32_t>(buffer_.size() - block_at_ + 4);
    std::memcpy(buffer_.data() + block_at_ + 4, &length, sizeof length);
    put32(length);
    if (!in_memory_ && buffer_.size() >= flush_at) static_cast<void>(flush());
}

std::uint32_t PcapngWriter::add_interface(const InterfaceInfo& interface) {
    begin_block(std::to_underlying(Block::interface_description));
    put16(std::to_underlying(interface.link_type));
    put16(0);
    put32(interface.snap_length);
    put_text(std::to_underlying(Option::interface_name), interface.name);
    put_text(std::to_underlying(Option::interface_description), interface.description);
    if (interface.mac) put_option(std::to_underlying(Option::mac_address), interface.mac->bytes.data(), 6);
    constexpr std::uint8_t nanoseconds = 9;
    put_option(std::to_underlying(Option::time_resolution), &nanoseconds, 1);
    put32(std::to_underlying(Option::end));
    end_block();
    return interfaces_++;
}

bool PcapngWriter::write(const WrittenPacket& packet) {
    assert(packet.interface < interfaces_);
    if (error_) return false;
    const auto captured =
        static_cast<std::uint32_t>(std::min<std::size_t>(packet.bytes.size(), max_captured_length));
    const auto time = static_cast<std::uint64_t>(std::max<Nanoseconds>(packet.time.since_epoch, 0));
    begin_block(std::to_underlying(Block::enhanced_packet));
    put32(packet.interface);
    put32(static_cast<std::uint32_t>(time >> 32));
    put32(static_cast<std::uint32_t>(time));
    put32(captured);
    put32(packet.original_length != 0 ? packet.original_length
                                      : static_cast<std::uint32_t>(packet.bytes.size()));
    put_padded(packet.bytes.data(), captured);
    if (!packet.comment.empty() || packet.direction != CaptureDirection::unknown) {
        put_text(std::to_underlying(Option::comment), packet.comment);
        if (packet.direction != CaptureDirection::unknown) {
            const std::uint32_t flags = packet.direction == CaptureDirection::inbound ? 1 : 2;
            put_option(std::to_underlying(Option::flags), &flags, sizeof flags);
        }
        put32(std::to_underlying(Option::end));
    }
    end_block();
    ++packets_;
    return !error_;
}

Result<void> PcapngWriter::flush() {
    std::size_t done = 0;
    while (!in_memory_ && !error_ && done < buffer_.size()) {
        const ssize_t n = ::write(descriptor_, buffer_.data() + done, buffer_.size() - done);
        if (n >= 0) {
            done += static_cast<std::size_t>(n);
        } else if (errno != EINTR) {
            error_ = Error{.what = fmt::format("can't write `{}`: {}", path_, std::strerror(errno))};
        }
    }
    if (!in_memory_) buffer_.clear();
    if (error_) return std::unexpected(*error_);
    return {};
}

Result<void> PcapngWriter::close() {
    if (descriptor_ >= 0) static_cast<void>(flush());
    if (owned_ && descriptor_ >= 0 && ::close(descriptor_) != 0 && !error_) {
        error_ = Error{.what = fmt::format("can't write `{}`: {}", path_, std::strerror(errno))};
    }
    descriptor_ = -1;
    if (error_) return std::unexpected(*error_);
    return {};
}

}  // namespace gatehouse::io

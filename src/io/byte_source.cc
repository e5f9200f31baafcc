#include "io/byte_source.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "io/inflater.h"
#include "io/raw_input.h"

namespace gatehouse::io {

namespace {

// Small enough to stay in the cache between read() and its use, large enough to make read()'s cost vanish.
constexpr std::size_t first_capacity = 256 * 1024;

}  // namespace

ByteSource::ByteSource(std::unique_ptr<RawInput> raw)
    : raw_(std::move(raw)),
      buffer_(std::make_unique_for_overwrite<std::uint8_t[]>(first_capacity)),
      capacity_(first_capacity) {}

ByteSource::ByteSource(ByteSource&&) noexcept = default;
ByteSource& ByteSource::operator=(ByteSource&&) noexcept = default;
ByteSource::~ByteSource() = default;

Result<ByteSource> ByteSource::open(const std::string& path) {
    const bool standard_input = path == "-";
    const int descriptor = standard_input ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return fail(fmt::format("can't open `{}`: {}", path, std::strerror(errno)));
    ByteSource source(std::make_unique<RawInput>(descriptor, !standard_input));
    source.unpack_if_gzip();
    if (!source.trouble_.empty()) return fail(fmt::format("can't read `{}`: {}", path, source.trouble_));
    return source;
}

ByteSource ByteSource::from_memory(Bytes bytes) {
    ByteSource source(std::make_unique<RawInput>(bytes));
    source.unpack_if_gzip();
    return source;
}

void ByteSource::unpack_if_gzip() {
    if (want(2) < 2 || data()[0] != 0x1f || data()[1] != 0x8b) return;
    inflater_ = std::make_unique<Inflater>(Bytes(data(), available()));
    begin_ = end_ = 0;
    ended_ = false;
}

std::uint64_t ByteSource::stored_read() const { return raw_->read_so_far(); }
std::uint64_t ByteSource::stored_size() const { return raw_->size(); }

// Moves what is left to the front; doubles the buffer if that is all of it.
void ByteSource::make_room() {
    if (end_ < capacity_) return;
    if (begin_ == 0) {
        auto larger = std::make_unique_for_overwrite<std::uint8_t[]>(2 * capacity_);
        std::memcpy(larger.get(), buffer_.get(), end_);
        buffer_ = std::move(larger);
        capacity_ *= 2;
        return;
    }
    std::memmove(buffer_.get(), data(), available());
    base_ += begin_;
    end_ -= begin_;
    begin_ = 0;
}

std::size_t ByteSource::fill(std::size_t n) {
    if (begin_ == end_) {
        base_ += begin_;
        begin_ = end_ = 0;
    }
    while (available() < n && !ended_) {
        make_room();
        const MutableBytes room(buffer_.get() + end_, capacity_ - end_);
        const std::size_t got =
            inflater_ ? inflater_->produce(*raw_, room, trouble_) : raw_->read(room, trouble_);
        end_ += got;
        ended_ = got == 0;
    }
    return available();
}

std::uint64_t ByteSource::skip(std::uint64_t n) {
    std::uint64_t left = n;
    while (left > 0 && want(1) > 0) {
        const auto step = static_cast<std::size_t>(std::min<std::uint64_t>(left, available()));
        take(step);
        left -= step;
    }
    return n - left;
}

}  // namespace gatehouse::io

#include "io/inflater.h"

#include <algorithm>
#include <new>

namespace gatehouse::io {

namespace {

constexpr std::size_t input_size = 128 * 1024;
constexpr int gzip_only = 15 + 16;  // inflateInit2: the largest window, gzip's header and trailer

}  // namespace

Inflater::Inflater(Bytes first) : input_(first.begin(), first.end()) {
    input_.resize(std::max(input_.size(), input_size));
    stream_.next_in = input_.data();
    stream_.avail_in = static_cast<uInt>(first.size());
    if (inflateInit2(&stream_, gzip_only) != Z_OK) throw std::bad_alloc();
}

Inflater::~Inflater() { inflateEnd(&stream_); }

// False at the end of the input or after an error.
bool Inflater::refill(RawInput& raw, std::string& trouble) {
    const std::size_t got = raw.read(input_, trouble);
    stream_.next_in = input_.data();
    stream_.avail_in = static_cast<uInt>(got);
    return got > 0;
}

// Between two members: skips padding. False at the end of the input.
bool Inflater::enter_member(RawInput& raw, std::string& trouble) {
    for (;;) {
        while (stream_.avail_in > 0 && *stream_.next_in == 0) {
            ++stream_.next_in;
            --stream_.avail_in;
        }
        if (stream_.avail_in > 0) break;
        if (!refill(raw, trouble)) return false;
    }
    inflateReset(&stream_);
    in_member_ = true;
    return true;
}

std::size_t Inflater::produce(RawInput& raw, MutableBytes room, std::string& trouble) {
    stream_.next_out = room.data();
    stream_.avail_out = static_cast<uInt>(std::min<std::size_t>(room.size(), 1u << 30));
    const uInt space = stream_.avail_out;
    while (!failed_ && stream_.avail_out == space) {
        if (!in_member_ && !enter_member(raw, trouble)) break;
        if (stream_.avail_in == 0 && !refill(raw, trouble)) {
            if (trouble.empty()) trouble = "the gzip data is cut short";
            break;
        }
        const int status = inflate(&stream_, Z_NO_FLUSH);
        if (status == Z_STREAM_END) {
            in_member_ = false;
        } else if (status != Z_OK && status != Z_BUF_ERROR) {
            failed_ = true;
            trouble = "bad gzip data: " + std::string(stream_.msg ? stream_.msg : "unknown error");
        }
    }
    return space - stream_.avail_out;
}

}  // namespace gatehouse::io

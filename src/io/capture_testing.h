// Captures built byte by byte, for tests: either byte order, and whatever a field should lie about; and all
// that a reader makes of them.
#pragma once
#include <cstdint>
#include <cstring>
#include <gtest/gtest.h>
#include <string>
#include <string_view>
#include <vector>
#include <zlib.h>

#include "base/bytes.h"
#include "io/capture_reader.h"

namespace gatehouse::io {

class CaptureBytes {
  public:
    // `swapped`: in the other byte order than this machine's.
    explicit CaptureBytes(bool swapped = false) : swapped_(swapped) {}

    CaptureBytes& u8(std::uint8_t v) {
        bytes_.push_back(v);
        return *this;
    }
    CaptureBytes& u16(std::uint16_t v) { return integer(v); }
    CaptureBytes& u32(std::uint32_t v) { return integer(v); }
    CaptureBytes& u64(std::uint64_t v) { return integer(v); }
    CaptureBytes& text(std::string_view v) {
        bytes_.insert(bytes_.end(), v.begin(), v.end());
        return *this;
    }
    CaptureBytes& append(Bytes v) {
        bytes_.insert(bytes_.end(), v.begin(), v.end());
        return *this;
    }
    CaptureBytes& pad() {
        while (bytes_.size() % 4 != 0) bytes_.push_back(0);
        return *this;
    }

    CaptureBytes& pcap_header(std::uint32_t magic = 0xa1b2c3d4, std::uint32_t link_type = 1,
                              std::uint16_t minor = 4) {
        return u32(magic).u16(2).u16(minor).u32(0).u32(0).u32(65535).u32(link_type);
    }
    CaptureBytes& pcap_record(std::uint32_t seconds, std::uint32_t fraction, std::string_view data,
                              std::uint32_t original) {
        return u32(seconds)
            .u32(fraction)
            .u32(static_cast<std::uint32_t>(data.size()))
            .u32(original)
            .text(data);
    }

    // A pcapng block; `body` is padded.
    CaptureBytes& block(std::uint32_t type, CaptureBytes body) {
        body.pad();
        const auto length = static_cast<std::uint32_t>(body.bytes_.size() + 12);
        return u32(type).u32(length).append(body.bytes_).u32(length);
    }
    CaptureBytes& section() { return block(0x0a0d0d0a, part().u32(0x1a2b3c4d).u16(1).u16(0).u64(~0ull)); }
    CaptureBytes& interface(std::uint16_t link_type, const CaptureBytes& options,
                            std::uint32_t snap_length = 0) {
        return block(1, part().u16(link_type).u16(0).u32(snap_length).append(options.bytes_));
    }
    CaptureBytes& enhanced(std::uint32_t interface, std::uint64_t time, std::string_view data,
                           std::uint32_t original, const CaptureBytes& options) {
        CaptureBytes body = part().u32(interface);
        body.u32(static_cast<std::uint32_t>(time >> 32)).u32(static_cast<std::uint32_t>(time));
        body.u32(static_cast<std::uint32_t>(data.size())).u32(original).text(data).pad();
        return block(6, body.append(options.bytes_));
    }
    CaptureBytes& option(std::uint16_t code, std::string_view value) {
        return u16(code).u16(static_cast<std::uint16_t>(value.size())).text(value).pad();
    }
    // Nothing yet, in the same byte order.
    CaptureBytes part() const { return CaptureBytes(swapped_); }

    operator Bytes() const { return bytes_; }
    const std::vector<std::uint8_t>& bytes() const { return bytes_; }
    std::vector<std::uint8_t>& bytes() { return bytes_; }

  private:
    template <class T>
    CaptureBytes& integer(T v) {
        if (swapped_) v = std::byteswap(v);
        bytes_.resize(bytes_.size() + sizeof v);
        std::memcpy(bytes_.data() + bytes_.size() - sizeof v, &v, sizeof v);
        return *this;
    }

    bool swapped_;
    std::vector<std::uint8_t> bytes_;
};

// A record with its own copy of what only holds until the next.
struct Kept {
    CaptureRecord record;
    std::string data, interface, comment;
};

struct ReadAll {
    std::vector<Kept> kept;
    Next last = Next::end;
    std::string damage;
    std::string error;
};

inline ReadAll read_all(Bytes bytes) {
    ReadAll all;
    auto reader = CaptureReader::from_memory(bytes);
    if (!reader) {
        all.error = reader.error().text();
        return all;
    }
    CaptureRecord record;
    while ((all.last = reader->next(record)) == Next::record) {
        all.kept.push_back({record, std::string(record.bytes.begin(), record.bytes.end()),
                            std::string(record.interface_name), std::string(record.comment)});
    }
    EXPECT_EQ(reader->next(record), all.last) << "the answer at the end must stay";
    if (all.last == Next::damage) {
        all.damage = reader->damage().text();
        EXPECT_EQ(reader->damage().record, all.kept.size() + 1);
    }
    return all;
}

inline std::vector<std::uint8_t> gzip(Bytes bytes) {
    std::vector<std::uint8_t> out(bytes.size() + 1024);
    z_stream stream{};
    deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    stream.next_in = const_cast<std::uint8_t*>(bytes.data());
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = out.data();
    stream.avail_out = static_cast<uInt>(out.size());
    EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

}  // namespace gatehouse::io

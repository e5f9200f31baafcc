// Reads captures record by record: pcap and pcapng, either byte order, gzip'd or not, in constant memory
// however long the file is.
//
// Ours, and not libpcap's, because libpcap gives neither several interfaces with different link types, nor
// their names, nor comments, and says little about where a file is damaged.
//
// Formats: draft-ietf-opsawg-pcap and draft-ietf-opsawg-pcapng. One thread's.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/time.h"
#include "io/byte_source.h"
#include "io/link_type.h"

namespace gatehouse::io {

// Past these a length in the file is taken for damage.
constexpr std::uint32_t max_captured_length = 256 * 1024;
constexpr std::uint32_t max_block_length = 16 * 1024 * 1024;
// The most interfaces of one file, and the longest text kept of an interface's options.
constexpr std::uint32_t max_capture_interfaces = 4096;
constexpr std::size_t max_interface_text = 1024;

// Where a packet was captured. A pcap file has one, without a name.
struct CaptureInterface {
    std::string name;
    std::string description;
    LinkType link_type{};
    std::uint32_t snap_length = 0;  // 0: none
    friend bool operator==(const CaptureInterface&, const CaptureInterface&) = default;
};

// Which way the packet went at its interface, if the file says (epb_flags).
enum class CaptureDirection : std::uint8_t { unknown, inbound, outbound };

// One packet. `bytes`, `interface_name` and `comment` hold until the next call of next().
struct CaptureRecord {
    std::uint64_t index = 0;  // from 1
    Time time{};              // saturates where 63 bits of nanoseconds end
    bool timed = true;        // false: the file has no time for this packet; `time` is the record's before
    std::uint32_t interface = 0;  // place in CaptureReader::interfaces()
    std::string_view interface_name{};
    LinkType link_type{};
    CaptureDirection direction{};
    Bytes bytes{};
    std::uint32_t original_length = 0;  // on the wire, as the file says
    std::string_view comment{};         // several are joined by line ends
};

// Why nothing more can be read.
struct Damage {
    std::uint64_t offset = 0;  // of the record or block, in the unpacked data
    std::uint64_t record = 0;  // the index that the next packet would have had
    std::string expected;
    std::string came;

    // "damaged at byte 1200 (record 14): expected 16 bytes of record header; the file ends after 3"
    std::string text() const;
};

enum class Next : std::uint8_t { record, end, damage };

class CaptureFormat;

class CaptureReader {
  public:
    // Opens `path` ("-" is standard input) and recognises the format. An error names what the file is
    // instead, if it begins like something known.
    static Result<CaptureReader> open(const std::string& path);
    // Reads `bytes`, which must outlive the reader; `name` is for messages.
    static Result<CaptureReader> from_memory(Bytes bytes, const std::string& name = "<memory>");

    CaptureReader(CaptureReader&&) noexcept;
    CaptureReader& operator=(CaptureReader&&) noexcept;
    ~CaptureReader();

    // The next packet. After `end` or `damage` every further call answers the same.
    Next next(CaptureRecord& record);
    // After Next::damage.
    const Damage& damage() const { return damage_; }

    // Those met so far: pcapng may describe more at any point. Places never change. An interface that a later
    // section describes in the same words is the same.
    const std::vector<CaptureInterface>& interfaces() const;
    std::string_view format() const;  // "pcap" or "pcapng"
    bool compressed() const { return source_.compressed(); }
    // For progress: bytes of the stored file read so far, and its size (0: not known).
    std::uint64_t stored_read() const { return source_.stored_read(); }
    std::uint64_t stored_size() const { return source_.stored_size(); }

  private:
    CaptureReader(ByteSource source, std::unique_ptr<CaptureFormat> format);
    static Result<CaptureReader> recognise(ByteSource source, const std::string& name);

    ByteSource source_;
    std::unique_ptr<CaptureFormat> format_;
    std::uint64_t records_ = 0;
    Next last_ = Next::record;
    Damage damage_;
};

}  // namespace gatehouse::io

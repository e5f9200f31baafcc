// Writes a pcapng file (draft-ietf-opsawg-pcapng): one section, any number of interfaces, packets with
// nanosecond times, comments and directions.
//
// One thread's. Buffered; the first error sticks, and write(), flush() and close() tell it.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/time.h"
#include "io/capture_reader.h"
#include "wire/address.h"

namespace gatehouse::io {

// Who wrote the file; empty texts are left out.
struct SectionInfo {
    std::string_view application{};
    std::string_view operating_system{};
    std::string_view hardware{};
    std::string_view comment{};
};

struct InterfaceInfo {
    std::string_view name{};
    std::string_view description{};
    LinkType link_type = LinkType::ethernet;
    std::uint32_t snap_length = 0;  // 0: none
    std::optional<Mac> mac{};
};

struct WrittenPacket {
    std::uint32_t interface = 0;        // as add_interface() numbered it
    Time time{};                        // before 1970: written as 1970
    Bytes bytes{};                      // past max_captured_length they are cut
    std::uint32_t original_length = 0;  // on the wire; 0: as many as `bytes`
    std::string_view comment{};         // UTF-8; cut at a character's end past 65,535 bytes
    CaptureDirection direction{};
};

class PcapngWriter {
  public:
    // Makes or empties the file `path` ("-" is standard output) and begins the section.
    static Result<PcapngWriter> create(const std::string& path, const SectionInfo& section = {});
    // Writes into memory: see written().
    static PcapngWriter to_memory(const SectionInfo& section = {});

    PcapngWriter(PcapngWriter&& other) noexcept;
    PcapngWriter& operator=(PcapngWriter&& other) noexcept;
    // Writes what is buffered; whoever wants to know whether that worked calls close() before.
    ~PcapngWriter();

    // Describes an interface, at any time before its first packet. Returns its number, from 0.
    std::uint32_t add_interface(const InterfaceInfo& interface);
    // False once something couldn't be written. `packet.interface` must have been added.
    bool write(const WrittenPacket& packet);

    // Hands what is buffered to the system.
    Result<void> flush();
    // Flushes, closes the file and tells the first error of all: "can't write `out.pcapng`: No space left on
    // device". Nothing can be written after it.
    Result<void> close();

    std::uint32_t interfaces() const { return interfaces_; }
    std::uint64_t packets() const { return packets_; }
    // to_memory(): the file so far.
    Bytes written() const { return buffer_; }

  private:
    PcapngWriter(int descriptor, bool owned, std::string path, const SectionInfo& section);
    void begin_block(std::uint32_t type);
    void end_block();
    void put16(std::uint16_t value) { put(&value, sizeof value); }
    void put32(std::uint32_t value) { put(&value, sizeof value); }
    void put(const void* data, std::size_t length);
    void put_padded(const void* data, std::size_t length);
    void put_option(std::uint16_t code, const void* data, std::size_t length);
    void put_text(std::uint16_t code, std::string_view text);

    int descriptor_ = -1;
    bool owned_ = false;
    bool in_memory_ = false;
    std::string path_;
    std::vector<std::uint8_t> buffer_;
    std::size_t block_at_ = 0;  // where the block being written begins
    std::uint32_t interfaces_ = 0;
    std::uint64_t packets_ = 0;
    std::optional<Error> error_;
};

}  // namespace gatehouse::io

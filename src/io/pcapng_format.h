// The pcapng file format (draft-ietf-opsawg-pcapng): sections of blocks, each section in its own byte order
// and with its own interfaces.
//
// One thread's. Not for use outside src/io.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "io/capture_format.h"
#include "io/pcapng_blocks.h"

namespace gatehouse::io {

// What a packet's 64-bit time counts (if_tsresol, if_tsoffset).
struct TimeScale {
    bool binary = false;                   // units of 2^-exponent seconds; else 10^-exponent
    std::uint8_t exponent = 6;             // at most 127
    std::int64_t offset = 0;               // seconds to add
    Time time(std::uint64_t units) const;  // saturated
    friend bool operator==(const TimeScale&, const TimeScale&) = default;
};

class PcapngFormat final : public CaptureFormat {
  public:
    // The format if `head`, the file's first bytes, begins a section header.
    static std::unique_ptr<PcapngFormat> recognise(Bytes head);

    Next next(ByteSource& source, CaptureRecord& record, Damage& damage) override;
    std::string_view name() const override { return "pcapng"; }

  private:
    struct OptionValue {
        std::uint16_t code = 0;
        Bytes value;
    };
    // What went wrong in a block, as Damage has it; `at` is an offset in the block.
    struct Fault {
        std::size_t at = 0;
        std::string expected;
        std::string came;
    };
    using Check = std::optional<Fault>;  // nothing: all is well

    PcapngFormat() = default;
    bool learn_byte_order(const std::uint8_t* block);
    bool skip_block(ByteSource& source, std::uint64_t length, Damage& damage);
    Check read_block(pcapng::Block type, Bytes block, CaptureRecord& record);
    Check section_header(Bytes block);
    Check interface_description(Bytes block);
    Check timed_packet(Bytes block, std::uint32_t interface, CaptureRecord& record);
    Check simple_packet(Bytes block, CaptureRecord& record);
    Check packet(Bytes block, std::size_t data_at, std::uint32_t interface, std::uint32_t captured,
                 CaptureRecord& record) const;
    Check packet_options(Bytes block, std::size_t at, CaptureRecord& record);
    Check next_option(Bytes block, std::size_t& at, std::optional<OptionValue>& option) const;
    bool enter_interface(CaptureInterface interface, const TimeScale& scale);

    bool swapped_ = false;
    std::vector<TimeScale> scales_;  // beside interfaces_
    std::uint64_t sections_ = 0;
    std::vector<std::uint64_t> section_of_;      // the number of the last section with this interface
    std::vector<std::uint32_t> section_;         // the section's interfaces, as places in interfaces_
    std::vector<std::uint32_t> section_before_;  // and those of the one before
    Time last_time_;
    std::string comments_;  // where several comments of one packet are joined
};

}  // namespace gatehouse::io

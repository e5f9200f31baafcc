// The pcap file format (draft-ietf-opsawg-pcap): one header, then records.
//
// One thread's. Not for use outside src/io.
#pragma once
#include <memory>

#include "io/capture_format.h"

namespace gatehouse::io {

class PcapFormat final : public CaptureFormat {
  public:
    // The format if `head`, the file's first bytes, has one of the four magic numbers: microseconds or
    // nanoseconds in either byte order.
    static std::unique_ptr<PcapFormat> recognise(Bytes head);

    Next next(ByteSource& source, CaptureRecord& record, Damage& damage) override;
    std::string_view name() const override { return "pcap"; }

  private:
    PcapFormat(bool swapped, Nanoseconds unit) : swapped_(swapped), unit_(unit) {}
    Next file_header(ByteSource& source, Damage& damage);

    bool swapped_;
    Nanoseconds unit_;  // of a record's second time field
    bool have_header_ = false;
    bool lengths_may_be_swapped_ = false;  // before version 2.4 some writers had the original length first
    LinkType link_type_{};
};

}  // namespace gatehouse::io

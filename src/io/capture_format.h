// One file format behind CaptureReader: turns the bytes of a ByteSource into records.
//
// One thread's. Not for use outside src/io.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "io/byte_source.h"
#include "io/capture_reader.h"

namespace gatehouse::io {

class CaptureFormat {
  public:
    virtual ~CaptureFormat() = default;
    // Fills in all of `record` but its index; on Next::damage, all of
    // `damage` but the record.
    virtual Next next(ByteSource& source, CaptureRecord& record, Damage& damage) = 0;
    virtual std::string_view name() const = 0;
    const std::vector<CaptureInterface>& interfaces() const { return interfaces_; }

  protected:
    std::vector<CaptureInterface> interfaces_;
};

// Fills in `damage` for a file that ends where `wanted` bytes of `what` should be; gives Next::damage.
Next cut_short(const ByteSource& source, std::string_view what, std::uint64_t wanted, Damage& damage);

}  // namespace gatehouse::io

// ASN.1's basic encoding (X.690, 8), as far as SNMP uses it (RFC 3417, 8): tags of one byte, lengths that are
// said. Reads bytes that anybody may have sent.
#pragma once
#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace gatehouse::helper::ber {

namespace tag {
constexpr std::uint8_t integer = 0x02, octets = 0x04, null = 0x05, object = 0x06, sequence = 0x30;
constexpr std::uint8_t application = 0x40, context = 0x80, context_constructed = 0xa0;
}  // namespace tag

struct Element {
    std::uint8_t tag = 0;
    Bytes content;
};

// The elements of a range, one behind the other.
class Reader {
  public:
    explicit Reader(Bytes bytes) : rest_(bytes) {}

    bool at_end() const { return rest_.empty(); }
    // The next one, whole; nothing if there is none that makes sense.
    std::optional<Element> next();
    // The same if it has this tag; else it stays where it is.
    std::optional<Element> next(std::uint8_t tag);

  private:
    Bytes rest_;
};

}  // namespace gatehouse::helper::ber

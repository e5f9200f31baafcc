#include "base/checksum.h"

namespace gatehouse::checksum {

std::uint64_t add(Bytes data, std::uint64_t sum) {
    const std::uint8_t* at = data.data();
    std::size_t left = data.size();
    // Four bytes a step: a 32-bit big-endian word is congruent to the sum of its halves, modulo 0xffff.
    for (; left >= 4; left -= 4, at += 4) sum += load_be32(at);
    if (left >= 2) {
        sum += load_be16(at);
        at += 2;
        left -= 2;
    }
    if (left == 1) sum += static_cast<std::uint64_t>(*at) << 8;
    return sum;
}

}  // namespace gatehouse::checksum

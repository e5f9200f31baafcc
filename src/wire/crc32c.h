// CRC32c (Castagnoli), the checksum of SCTP (RFC 9260, appendix A).
#pragma once
#include <cstdint>

#include "base/bytes.h"

namespace gatehouse::wire {

// The register after `data`; start with the default and pass on what came out for the next piece.
std::uint32_t crc32c_add(Bytes data, std::uint32_t state = 0xffffffff);

// The checksum as SCTP's header holds it when its field is read in network byte order.
constexpr std::uint32_t crc32c_finish(std::uint32_t state) { return __builtin_bswap32(~state); }

// Of an SCTP packet of at least 12 bytes: its own checksum field counts as zero.
std::uint32_t sctp_checksum(Bytes packet);

}  // namespace gatehouse::wire

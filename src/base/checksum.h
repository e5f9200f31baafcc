// The Internet checksum (RFC 1071) and its incremental update (RFC 1624, equation 3).
//
// Sums are carried unfolded in 64 bits, as big-endian 16-bit words; fold() and finish() reduce them.
#pragma once
#include <cstdint>

#include "base/bytes.h"

namespace gatehouse::checksum {

// The ones' complement sum of `data`, taken as big-endian 16-bit words; an odd last byte is padded with
// zero. Chains: pass the sum so far, provided all but the last piece are of even length.
std::uint64_t add(Bytes data, std::uint64_t sum = 0);

// Folds to 16 bits, without complementing.
constexpr std::uint16_t fold(std::uint64_t sum) {
    sum = (sum & 0xffffffff) + (sum >> 32);
    sum = (sum & 0xffffffff) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<std::uint16_t>(sum);
}

// The value for a header's checksum field, given the sum of everything it covers with the field as zero.
constexpr std::uint16_t finish(std::uint64_t sum) { return static_cast<std::uint16_t>(~fold(sum)); }

// The checksum field after one 16-bit word that it covers changed from `from` to `to`.
constexpr std::uint16_t update16(std::uint16_t field, std::uint16_t from, std::uint16_t to) {
    std::uint32_t sum = (field ^ 0xffffu) + (from ^ 0xffffu) + to;
    sum = (sum & 0xffff) + (sum >> 16);  // three words: the first fold leaves at most one bit more
    return static_cast<std::uint16_t>(~((sum & 0xffff) + (sum >> 16)));
}

constexpr std::uint16_t update32(std::uint16_t field, std::uint32_t from, std::uint32_t to) {
    const std::uint16_t high =
        update16(field, static_cast<std::uint16_t>(from >> 16), static_cast<std::uint16_t>(to >> 16));
    return update16(high, static_cast<std::uint16_t>(from), static_cast<std::uint16_t>(to));
}

}  // namespace gatehouse::checksum

// The frame around what is written for later: length, checksum, payload, so that no damage goes unseen.
//
//     length of the payload (4), its CRC-32C (4), payload; numbers in network order
//
// Pure functions: any thread.
#pragma once
#include <cstdint>

#include "base/error.h"
#include "wire/writer.h"

namespace gatehouse::track::block {

constexpr std::size_t head = 8;
constexpr std::size_t largest_payload = 4096;

// What a payload begins with.
enum class Kind : std::uint8_t { snapshot = 1, connection = 2, end = 3 };

// The CRC-32C as it stands in the head.
std::uint32_t checksum(Bytes bytes);

// begin() leaves room for the head and returns where; end() fills it in, the payload having been written.
std::size_t begin(wire::Writer& to);
void end(wire::Writer& to, std::size_t at);

// The payload of the block at the beginning of `from`, which moves past it.
Result<Bytes> take(Bytes& from);

}  // namespace gatehouse::track::block

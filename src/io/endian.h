// Integers of a file whose byte order is known only once it has been opened.
//
// Free functions without state: any thread.
#pragma once
#include <bit>
#include <cstdint>
#include <cstring>

namespace gatehouse::io {

// The integer at `at` (any alignment); `swapped`: the file's byte order isn't this machine's.
template <class T>
T load(const std::uint8_t* at, bool swapped) {
    T value;
    std::memcpy(&value, at, sizeof value);
    return swapped ? std::byteswap(value) : value;
}

inline std::uint16_t load16(const std::uint8_t* at, bool swapped) { return load<std::uint16_t>(at, swapped); }
inline std::uint32_t load32(const std::uint8_t* at, bool swapped) { return load<std::uint32_t>(at, swapped); }
inline std::uint64_t load64(const std::uint8_t* at, bool swapped) { return load<std::uint64_t>(at, swapped); }

}  // namespace gatehouse::io

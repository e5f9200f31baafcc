// Reading and writing integers in network byte order, at any alignment.
#pragma once
#include <bit>
#include <cstdint>
#include <cstring>
#include <span>

namespace gatehouse {

using Bytes = std::span<const std::uint8_t>;
using MutableBytes = std::span<std::uint8_t>;

inline std::uint16_t load_be16(const void* at) {
    std::uint16_t v;
    std::memcpy(&v, at, sizeof v);
    return std::byteswap(v);
}

inline std::uint32_t load_be32(const void* at) {
    std::uint32_t v;
    std::memcpy(&v, at, sizeof v);
    return std::byteswap(v);
}

inline std::uint64_t load_be64(const void* at) {
    std::uint64_t v;
    std::memcpy(&v, at, sizeof v);
    return std::byteswap(v);
}

inline void store_be16(void* at, std::uint16_t v) {
    v = std::byteswap(v);
    std::memcpy(at, &v, sizeof v);
}

inline void store_be32(void* at, std::uint32_t v) {
    v = std::byteswap(v);
    std::memcpy(at, &v, sizeof v);
}

inline void store_be64(void* at, std::uint64_t v) {
    v = std::byteswap(v);
    std::memcpy(at, &v, sizeof v);
}

static_assert(std::endian::native == std::endian::little, "the loads and stores above swap");

}  // namespace gatehouse

#include "wire/crc32c.h"

#include <array>

namespace gatehouse::wire {

namespace {

// slice[k][b]: the register that byte b leaves after k further zero bytes. Eight bytes a step.
constexpr auto slices = [] {
    std::array<std::array<std::uint32_t, 256>, 8> table{};
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
        std::uint32_t state = byte;
        for (int bit = 0; bit < 8; ++bit) state = (state >> 1) ^ ((state & 1) != 0 ? 0x82f63b78 : 0);
        table[0][byte] = state;
    }
    for (std::size_t k = 1; k < 8; ++k) {
        for (std::size_t byte = 0; byte < 256; ++byte) {
            const std::uint32_t before = table[k - 1][byte];
            table[k][byte] = (before >> 8) ^ table[0][before & 0xff];
        }
    }
    return table;
}();

}  // namespace

std::uint32_t crc32c_add(Bytes data, std::uint32_t state) {
    const std::uint8_t* at = data.data();
    std::size_t left = data.size();
    for (; left >= 8; left -= 8, at += 8) {
        std::uint64_t word;
        std::memcpy(&word, at, sizeof word);
        word ^= state;
        state = 0;
        for (unsigned i = 0; i < 8; ++i) state ^= slices[7 - i][(word >> (8 * i)) & 0xff];
    }
    for (; left > 0; --left, ++at) state = (state >> 8) ^ slices[0][(state ^ *at) & 0xff];
    return state;
}

std::uint32_t sctp_checksum(Bytes packet) {
    constexpr std::array<std::uint8_t, 4> zero{};
    const std::uint32_t ports = crc32c_add(zero, crc32c_add(packet.first(8)));
    return crc32c_finish(crc32c_add(packet.subspan(12), ports));
}

}  // namespace gatehouse::wire

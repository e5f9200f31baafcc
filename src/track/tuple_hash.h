// A keyed hash of tuples, for the connection index.
//
// The words of a tuple are summed as UMAC's NH does it (RFC 4418, section 5.2), with 64-bit words and a
// 128-bit sum, which for secret keys makes two given tuples collide with a chance of 2^-64; one folded
// multiplication then spreads the sum over all bits. Who doesn't know the keys can't choose tuples that meet
// in a bucket. Const after construction: any thread.
#pragma once
#include <array>
#include <cstdint>

#include "track/tuple.h"

namespace gatehouse::track {

class TupleHash {
  public:
    explicit TupleHash(std::uint64_t seed);

    std::uint64_t operator()(const Tuple& tuple, Zone zone) const {
        const std::uint64_t rest = pair(tuple.ends.source << 16 | tuple.ends.destination,
                                        static_cast<std::uint32_t>(zone.value << 16 | tuple.protocol << 8) |
                                            static_cast<std::uint32_t>(tuple.family));
        const auto &s = tuple.source.words, &d = tuple.destination.words;
        Wide sum = multiply(pair(s[0], d[0]) + keys_[0], rest + keys_[1]);
        if (!is_v4(tuple.family)) {
            sum += multiply(pair(s[1], d[1]) + keys_[2], pair(s[2], d[2]) + keys_[3]);
            sum += multiply(pair(s[3], d[3]) + keys_[4], keys_[5]);
        }
        const Wide spread = multiply(static_cast<std::uint64_t>(sum) ^ keys_[6],
                                     static_cast<std::uint64_t>(sum >> 64) ^ keys_[7]);
        return static_cast<std::uint64_t>(spread) ^ static_cast<std::uint64_t>(spread >> 64);
    }

  private:
    __extension__ using Wide = unsigned __int128;
    static Wide multiply(std::uint64_t a, std::uint64_t b) { return Wide{a} * b; }
    static std::uint64_t pair(std::uint32_t high, std::uint32_t low) {
        return std::uint64_t{high} << 32 | low;
    }

    std::array<std::uint64_t, 8> keys_;
};

}  // namespace gatehouse::track

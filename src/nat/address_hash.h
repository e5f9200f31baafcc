// The hash by which Linux spreads clients over a range of addresses: fixed, so that anybody can tell who gets
// which.
//
// Bob Jenkins's lookup3 (2006, in the public domain) over 32-bit words. Pure.
#pragma once
#include <array>
#include <bit>
#include <cstdint>

namespace gatehouse::nat {

// lookup3's hashword() of four words, Linux's jhash2().
constexpr std::uint32_t hash_words(const std::array<std::uint32_t, 4>& k, std::uint32_t initial) {
    constexpr std::uint32_t arbitrary = 0xdeadbeef;
    std::uint32_t a = arbitrary + 16 + initial, b = a, c = a;
    a += k[0];
    b += k[1];
    c += k[2];
    const auto step = [](std::uint32_t& x, std::uint32_t& y, std::uint32_t& z, int turn) {
        x = (x - z) ^ std::rotl(z, turn);
        z += y;
    };
    step(a, b, c, 4);
    step(b, c, a, 6);
    step(c, a, b, 8);
    step(a, b, c, 16);
    step(b, c, a, 19);
    step(c, a, b, 4);
    a += k[3];
    const auto last = [](std::uint32_t& x, std::uint32_t y, int turn) { x = (x ^ y) - std::rotl(y, turn); };
    last(c, b, 14);
    last(a, c, 11);
    last(b, a, 25);
    last(c, b, 16);
    last(a, c, 4);
    last(b, a, 14);
    last(c, b, 24);
    return c;
}

}  // namespace gatehouse::nat

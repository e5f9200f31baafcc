// A small, fast, seeded generator. The engine is given one; it never makes its own seed.
//
// xoshiro256** by Blackman and Vigna, seeded through splitmix64. Not for secrets.
#pragma once
#include <array>
#include <cstdint>

namespace gatehouse {

class Random {
  public:
    using result_type = std::uint64_t;

    explicit Random(std::uint64_t seed);

    std::uint64_t operator()();
    std::uint32_t next32() { return static_cast<std::uint32_t>((*this)() >> 32); }
    // Uniform in [0, bound); bound > 0.
    std::uint32_t below(std::uint32_t bound) {
        return static_cast<std::uint32_t>((static_cast<std::uint64_t>(next32()) * bound) >> 32);
    }

    static constexpr result_type min() { return 0; }
    static constexpr result_type max() { return ~std::uint64_t{0}; }

  private:
    std::array<std::uint64_t, 4> state_;
};

}  // namespace gatehouse

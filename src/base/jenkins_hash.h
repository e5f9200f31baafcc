// Bob Jenkins' lookup3 over words (burtleburtle.net/bob/c/lookup3.c, 2006), with the beginning that Linux
// gives it (jhash2): where a hash must be the kernel's, to the bit.
#pragma once
#include <bit>
#include <cstdint>
#include <span>

namespace gatehouse {

std::uint32_t jenkins_hash(std::span<const std::uint32_t> words, std::uint32_t seed);

}  // namespace gatehouse

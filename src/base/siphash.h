// SipHash-2-4 (Aumasson and Bernstein, "SipHash: a fast short-input PRF", INDOCRYPT 2012): for what outsiders
// must not be able to forge.
#pragma once
#include <array>
#include <cstdint>

#include "base/bytes.h"

namespace gatehouse {

using SipKey = std::array<std::uint64_t, 2>;

std::uint64_t siphash(const SipKey& key, Bytes message);

}  // namespace gatehouse

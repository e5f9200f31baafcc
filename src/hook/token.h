// The name of one wait of a packet; never used again.
#pragma once
#include <cstdint>

namespace gatehouse {

enum class Token : std::uint64_t { none = 0 };

}  // namespace gatehouse

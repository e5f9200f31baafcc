// A decision's reason with the numbers that it was judged by. The reasons themselves are listed in
// packet/reason.h, which only those who name one include.
#pragma once
#include <array>
#include <cstdint>

namespace gatehouse {

enum class Reason : std::uint16_t;

using Numbers = std::array<std::uint32_t, 3>;

struct Finding {
    Reason reason{};  // Reason::none
    Numbers numbers{};

    explicit operator bool() const { return reason != Reason{}; }
};

}  // namespace gatehouse

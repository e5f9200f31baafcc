// Changes to a mark: every spelling stands for (mark & ~mask) ^ value.
#pragma once
#include <fmt/format.h>

#include "rules/value.h"

namespace gatehouse::rules::value {

struct XmarkValue : MaskedNumber {
    void print(std::string& out, const Masked& v, Family) const {
        out += fmt::format("{:#x}/{:#x}", v.value, v.mask);
    }
};

// Sets the bits of the mask to the value's.
struct SetMarkValue : XmarkValue {
    Result<Masked> read(Words words, Family family) const {
        auto masked = MaskedNumber::read(words, family);
        if (masked) masked->mask |= masked->value;
        return masked;
    }
};

enum class Bits : std::uint8_t { keep, set, toggle };
template <Bits What>
struct MarkBits : XmarkValue {
    Result<Masked> read(Words words, Family family) const {
        const auto bits = Number{}.read(words, family);
        if (!bits) return std::unexpected(bits.error());
        if (What == Bits::keep) return Masked{0, ~*bits};
        return Masked{*bits, What == Bits::set ? *bits : 0};
    }
};

// "MARK set 0x1", "MARK and 0xff": as `iptables -L` tells it.
inline void list_xmark(std::string& out, std::string_view name, const Masked& change) {
    const auto [value, mask] = change;
    if (value == 0) {
        out += fmt::format("{} and {:#x}", name, ~mask);
    } else if (value == mask) {
        out += fmt::format("{} or {:#x}", name, value);
    } else if (mask == 0) {
        out += fmt::format("{} xor {:#x}", name, value);
    } else if (mask == 0xffffffff) {
        out += fmt::format("{} set {:#x}", name, value);
    } else {
        out += fmt::format("{} xset {:#x}/{:#x}", name, value, mask);
    }
}

}  // namespace gatehouse::rules::value

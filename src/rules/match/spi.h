// Security parameter indices, as the matches on ESP and AH take them.
#pragma once
#include <fmt/format.h>

#include "rules/option.h"

namespace gatehouse::rules {

inline constexpr value::NumberRange spi_range{.metavar = "spi[:spi]", .backwards = true};
constexpr Range<std::uint32_t> all_spis{0, 0xffffffff};

template <auto Member>
struct HideAllSpis {
    template <class P>
    constexpr bool operator()(const P& parameters) const {
        return (parameters.*Member).value == all_spis;
    }
};

// " spi:5", " spis:!1:9", for `iptables -L`.
inline void list_spis(std::string& out, const Opt<Range<std::uint32_t>>& spis) {
    if (!spis || (*spis == all_spis && !spis.inverted)) return;
    out += fmt::format(" spi{}:{}", spis->low == spis->high ? "" : "s", spis.inverted ? "!" : "");
    spi_range.print(out, *spis, Family::ipv4);
}

}  // namespace gatehouse::rules

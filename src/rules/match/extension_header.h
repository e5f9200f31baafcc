// IPv6 extension headers, as the matches on them find and name them.
#pragma once
#include <fmt/format.h>

#include "hook/context.h"
#include "rules/declaration.h"
#include "rules/option.h"
#include "wire/ipv6.h"

namespace gatehouse::rules {

// The packet from its first header `number` on; else what the match says: no when it has none, hotdrop when
// it breaks off before that is certain, or within the header's first `least` bytes.
struct FoundHeader {
    Bytes bytes{};
    MatchResult otherwise = MatchResult::yes;

    explicit operator bool() const { return otherwise == MatchResult::yes; }
    // The length that a header says of itself, in eights.
    std::size_t length() const { return (bytes[1] + 1u) * 8u; }
};
inline FoundHeader find_extension(const Packet& packet, std::uint8_t number, std::size_t least) {
    using Search = wire::HeaderPlace::Search;
    const auto place = wire::find_header(packet.network(), number);
    if (place.search == Search::absent) return {.otherwise = MatchResult::no};
    const Bytes rest = place.search == Search::broken ? Bytes{} : packet.network().subspan(place.offset);
    if (rest.size() < least) return {.otherwise = MatchResult::hotdrop};
    return {.bytes = rest};
}

constexpr Range<std::uint32_t> any_number{0, 0xffffffff};

// A range of all numbers isn't saved, even when it is inverted.
template <auto Member>
struct HideAllNumbers {
    template <class P>
    constexpr bool operator()(const P& parameters) const {
        return (parameters.*Member).value == any_number;
    }
};

// " id:5", " ids:!1:9", for `iptables -L`.
inline void list_range(std::string& out, std::string_view word, const Opt<Range<std::uint32_t>>& range) {
    if (!range || (*range == any_number && !range.inverted)) return;
    out += fmt::format(" {}{}:{}", word, range->low == range->high ? "" : "s", range.inverted ? "!" : "");
    value::NumberRange{}.print(out, *range, Family::ipv6);
}

// " length:!42".
inline void list_number(std::string& out, std::string_view word, const Opt<std::uint32_t>& number) {
    if (number) out += fmt::format(" {}:{}{}", word, number.inverted ? "!" : "", *number);
}

}  // namespace gatehouse::rules

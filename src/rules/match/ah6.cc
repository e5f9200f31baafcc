// ip6tables -m ah: an authentication header among an IPv6 packet's extension headers.
#include <algorithm>

#include "rules/declaration.h"
#include "rules/match/spi.h"
#include "wire/ipv6.h"

namespace gatehouse::rules {

namespace {

constexpr std::size_t fixed_header = 12, reserved_at = 2, spi_at = 4;

struct Ah6 {
    Opt<Range<std::uint32_t>> spis;
    Opt<std::uint32_t> length;
    Flag reserved;
    friend bool operator==(const Ah6&, const Ah6&) = default;

    static constexpr std::tuple options{
        option<&Ah6::spis>("ahspi", spi_range, {.help = "the index is in the range", .invertible = true},
                           HideAllSpis<&Ah6::spis>{}),
        option<&Ah6::length>("ahlen", value::Number{.metavar = "bytes"},
                             {.help = "the header has this length; 0: any", .invertible = true},
                             [](const auto& ah) { return *ah.length == 0; }),
        flag<&Ah6::reserved>("ahres", {.help = "its reserved field is zero"}),
    };

    // A packet that breaks off before one is found, or within it, is dropped.
    MatchResult test(const Context& context) const {
        using Search = wire::HeaderPlace::Search;
        const Bytes packet = context.packet.network();
        const auto place = wire::find_header(packet, wire::protocol::ah);
        if (place.search != Search::found)
            return place.search == Search::broken ? MatchResult::hotdrop : MatchResult::no;
        const Bytes header = packet.subspan(place.offset);
        const std::uint32_t bytes = (header[1] + 2u) * 4u;
        if (header.size() < std::max<std::size_t>(fixed_header, bytes)) return MatchResult::hotdrop;
        const bool hit = spis.passes(spis->contains(load_be32(&header[spi_at]))) &&
                         (!length || *length == 0 || length.passes(bytes == *length)) &&
                         (!reserved || load_be16(&header[reserved_at]) == 0);
        return hit ? MatchResult::yes : MatchResult::no;
    }

    void list(std::string& out, Family, bool) const {
        out += "ah";
        list_spis(out, spis);
        if (length && *length != 0) out += fmt::format(" length:{}{}", length.inverted ? "!" : "", *length);
        if (reserved) out += " reserved";
    }
};

}  // namespace

extern constinit const Declaration match_ah6 =
    declare_match<Ah6>({.name = "ah",
                        .families = v6_only,
                        .help = "an authentication header among the extension headers",
                        .reads = reads_payload});

}  // namespace gatehouse::rules

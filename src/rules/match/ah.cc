// -m ah: the security parameter index of an AH header.
#include <netinet/in.h>

#include "rules/declaration.h"
#include "rules/match/spi.h"

namespace gatehouse::rules {

namespace {

constexpr std::size_t fixed_header = 12, spi_at = 4;

struct Ah {
    Opt<Range<std::uint32_t>> spis;
    friend bool operator==(const Ah&, const Ah&) = default;

    static constexpr std::tuple options{
        option<&Ah::spis>("ahspi", spi_range, {.help = "the index is in the range", .invertible = true},
                          HideAllSpis<&Ah::spis>{}),
    };

    MatchResult test(const Context& context) const {
        if (context.packet.flat.fragment_offset != 0) return MatchResult::no;
        const Bytes header = context.packet.transport();
        if (header.size() < fixed_header) return MatchResult::hotdrop;
        return spis.passes(spis->contains(load_be32(&header[spi_at]))) ? MatchResult::yes : MatchResult::no;
    }

    void list(std::string& out, Family, bool) const {
        out += "ah";
        list_spis(out, spis);
    }
};

constexpr std::uint8_t protocols[] = {IPPROTO_AH};

}  // namespace

extern constinit const Declaration match_ah =
    declare_match<Ah>({.name = "ah",
                       .families = v4_only,
                       .protocols = protocols,
                       .help = "the security parameter index of an AH header",
                       .reads = reads_payload});

}  // namespace gatehouse::rules

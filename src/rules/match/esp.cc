// -m esp: the security parameter index of an ESP header.
#include <netinet/in.h>

#include "rules/declaration.h"
#include "rules/match/spi.h"

namespace gatehouse::rules {

namespace {

constexpr std::size_t fixed_header = 8, spi_at = 0;

struct Esp {
    Opt<Range<std::uint32_t>> spis;
    friend bool operator==(const Esp&, const Esp&) = default;

    static constexpr std::tuple options{
        option<&Esp::spis>("espspi", spi_range, {.help = "the index is in the range", .invertible = true},
                           HideAllSpis<&Esp::spis>{}),
    };

    MatchResult test(const Context& context) const {
        if (context.packet.flat.fragment_offset != 0) return MatchResult::no;
        const Bytes header = context.packet.transport();
        if (header.size() < fixed_header) return MatchResult::hotdrop;
        return spis.passes(spis->contains(load_be32(&header[spi_at]))) ? MatchResult::yes : MatchResult::no;
    }

    void list(std::string& out, Family, bool) const {
        out += "esp";
        list_spis(out, spis);
    }
};

constexpr std::uint8_t protocols[] = {IPPROTO_ESP};

}  // namespace

extern constinit const Declaration match_esp =
    declare_match<Esp>({.name = "esp",
                        .families = any_family,
                        .protocols = protocols,
                        .help = "the security parameter index of an ESP header",
                        .reads = reads_payload});

}  // namespace gatehouse::rules

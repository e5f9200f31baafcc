// -m ipcomp: the index of a compressed packet (RFC 3173, section 3.3).
#include <netinet/in.h>

#include "rules/declaration.h"
#include "rules/match/spi.h"

namespace gatehouse::rules {

namespace {

constexpr std::size_t header_length = 4, index_at = 2;

struct IpComp {
    Opt<Range<std::uint32_t>> indices;
    Flag reserved;
    friend bool operator==(const IpComp&, const IpComp&) = default;

    static constexpr std::tuple options{
        option<&IpComp::indices>(
            "ipcompspi", spi_range,
            {.help = "the compression parameter index is in the range; 0 if not given", .invertible = true},
            HideAllSpis<&IpComp::indices>{}),
        flag<&IpComp::reserved>("compres", {.help = "kept, and without a meaning, as in Linux"}),
    };

    Result<void> check(const Facts&) {
        indices.set = true;
        return {};
    }

    MatchResult test(const Context& context) const {
        if (context.packet.flat.fragment_offset != 0) return MatchResult::no;
        const Bytes header = context.packet.transport();
        if (header.size() < header_length) return MatchResult::hotdrop;
        return indices.passes(indices->contains(load_be16(&header[index_at]))) ? MatchResult::yes
                                                                               : MatchResult::no;
    }

    void list(std::string& out, Family, bool) const {
        out += "comp";
        list_spis(out, indices);
        if (reserved) out += " reserved";
    }
};

constexpr std::uint8_t protocols[] = {IPPROTO_COMP};

}  // namespace

extern constinit const Declaration match_ipcomp =
    declare_match<IpComp>({.name = "ipcomp",
                           .protocols = protocols,
                           .help = "the index of a compressed packet",
                           .reads = reads_payload});

}  // namespace gatehouse::rules

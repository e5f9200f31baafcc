// -m tcpmss: the maximum segment size that a TCP header announces.
#include <netinet/in.h>

#include "rules/declaration.h"
#include "rules/tcp_header.h"
#include "wire/protocol.h"

namespace gatehouse::rules {

namespace {

constexpr value::NumberRange sizes{.max = 65535, .metavar = "bytes[:bytes]"};
constexpr std::size_t fixed_header = 20, mss_length = 4;

struct Tcpmss {
    Opt<Range<std::uint32_t>> mss;
    friend bool operator==(const Tcpmss&, const Tcpmss&) = default;

    static constexpr std::tuple options{
        option<&Tcpmss::mss>(
            "mss", sizes,
            {.help = "the header announces a size in the range", .invertible = true, .required = true}),
    };

    // Looks at the first MSS option; a header without one matches only the inversion.
    MatchResult test(const Context& context) const {
        const Bytes segment = tcp_header::as_matched(context.packet);
        if (segment.size() < fixed_header) return MatchResult::hotdrop;
        const std::size_t header = static_cast<std::size_t>(segment[12] >> 4) * 4;
        if (header < fixed_header || header > segment.size()) return MatchResult::hotdrop;
        bool hit = false;
        for (std::size_t at = fixed_header; at < header;) {
            const std::uint8_t kind = segment[at];
            const std::uint8_t length = at + 1 < header ? segment[at + 1] : 0;
            if (kind == wire::tcp_option::mss && header - at >= mss_length && length == mss_length) {
                hit = mss->contains(load_be16(&segment[at + 2]));
                break;
            }
            at += kind < 2 || length == 0 ? 1 : length;
        }
        return hit != mss.inverted ? MatchResult::yes : MatchResult::no;
    }

    void list(std::string& out, Family family, bool) const {
        out += mss.inverted ? "tcpmss match !" : "tcpmss match ";
        sizes.print(out, *mss, family);
    }
};

constexpr std::uint8_t protocols[] = {IPPROTO_TCP};

}  // namespace

extern constinit const Declaration match_tcpmss =
    declare_match<Tcpmss>({.name = "tcpmss",
                           .protocols = protocols,
                           .help = "the maximum segment size that a TCP header announces",
                           .reads = reads_payload});

}  // namespace gatehouse::rules

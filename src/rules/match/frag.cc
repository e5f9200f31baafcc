// ip6tables -m frag: an IPv6 fragment header.
#include "rules/match/extension_header.h"

namespace gatehouse::rules {

namespace {

constexpr std::uint16_t reserved_bits = 0x6, more_bit = 0x1, offset_bits = 0xfff8;

struct Frag {
    Opt<Range<std::uint32_t>> id;
    Opt<std::uint32_t> length;
    Flag reserved, first, more, last;
    friend bool operator==(const Frag&, const Frag&) = default;

    static constexpr std::tuple options{
        option<&Frag::id>("fragid", value::NumberRange{.metavar = "id[:id]", .backwards = true},
                          {.help = "the datagram's id is in the range", .invertible = true},
                          HideAllNumbers<&Frag::id>{}),
        option<&Frag::length>(
            "fraglen", value::Number{.metavar = "bytes"},
            {.help = "kept, and without a meaning: a fragment header has no length", .invertible = true}),
        flag<&Frag::reserved>("fragres", {.help = "its reserved fields are zero"}),
        flag<&Frag::first>("fragfirst", {.help = "it is the first fragment"}),
        flag<&Frag::more>("fragmore", {.help = "more fragments follow", .group = 1}),
        flag<&Frag::last>("fraglast", {.help = "it is the last fragment", .group = 1}),
    };

    MatchResult test(const Context& context) const {
        const auto found =
            find_extension(context.packet, wire::protocol::fragment, wire::FragmentView::length);
        if (!found) return found.otherwise;
        const std::uint16_t field = load_be16(&found.bytes[2]);
        const bool hit = id.passes(id->contains(load_be32(&found.bytes[4]))) &&
                         (!reserved || (found.bytes[1] == 0 && (field & reserved_bits) == 0)) &&
                         (!first || (field & offset_bits) == 0) && (!more || (field & more_bit) != 0) &&
                         (!last || (field & more_bit) == 0);
        return hit ? MatchResult::yes : MatchResult::no;
    }

    void list(std::string& out, Family, bool) const {
        out += "frag";
        list_range(out, "id", id);
        list_number(out, "length", length);
        if (reserved) out += " reserved";
        if (first) out += " first";
        if (more) out += " more";
        if (last) out += " last";
        if (out.ends_with("frag")) out += ' ';
    }
};

}  // namespace

extern constinit const Declaration match_frag = declare_match<Frag>(
    {.name = "frag", .families = v6_only, .help = "a fragment header", .reads = reads_header});

}  // namespace gatehouse::rules

// ip6tables -m hbh: the hop-by-hop options header.
#include "rules/match/option_header.h"

namespace gatehouse::rules {

namespace {

struct Hbh {
    Opt<std::uint32_t> length;
    Opt<OptionList> list_of_options;
    friend bool operator==(const Hbh&, const Hbh&) = default;

    static constexpr std::tuple options{
        option<&Hbh::length>("hbh-len", value::Number{.metavar = "bytes"},
                             {.help = "the header has this length", .invertible = true}),
        option<&Hbh::list_of_options>("hbh-opts", OptionListValue{},
                                      {.help = "it begins with these options, of these lengths"}),
    };

    MatchResult test(const Context& context) const {
        const auto found = find_extension(context.packet, wire::protocol::hop_by_hop, 2);
        if (!found) return found.otherwise;
        if (found.bytes.size() < found.length()) return MatchResult::hotdrop;
        const bool hit = length.passes(*length == found.length()) &&
                         (!list_of_options || holds_options(found.bytes, found.length(), *list_of_options));
        return hit ? MatchResult::yes : MatchResult::no;
    }

    void list(std::string& out, Family family, bool) const {
        out += "hbh";
        list_number(out, "length", length);
        if (!list_of_options) return;
        out += " opts ";
        OptionListValue{}.print(out, *list_of_options, family);
    }
};

}  // namespace

extern constinit const Declaration match_hbh = declare_match<Hbh>(
    {.name = "hbh", .families = v6_only, .help = "the hop-by-hop options header", .reads = reads_header});

}  // namespace gatehouse::rules

// ip6tables -m dst: the destination options header.
#include "rules/match/option_header.h"

namespace gatehouse::rules {

namespace {

struct Dst {
    Opt<std::uint32_t> length;
    Opt<OptionList> list_of_options;
    friend bool operator==(const Dst&, const Dst&) = default;

    static constexpr std::tuple options{
        option<&Dst::length>("dst-len", value::Number{.metavar = "bytes"},
                             {.help = "the header has this length", .invertible = true}),
        option<&Dst::list_of_options>("dst-opts", OptionListValue{},
                                      {.help = "it begins with these options, of these lengths"}),
    };

    MatchResult test(const Context& context) const {
        const auto found = find_extension(context.packet, wire::protocol::destination_options, 2);
        if (!found) return found.otherwise;
        if (found.bytes.size() < found.length()) return MatchResult::hotdrop;
        const bool hit = length.passes(*length == found.length()) &&
                         (!list_of_options || holds_options(found.bytes, found.length(), *list_of_options));
        return hit ? MatchResult::yes : MatchResult::no;
    }

    void list(std::string& out, Family family, bool) const {
        out += "dst";
        list_number(out, "length", length);
        if (!list_of_options) return;
        out += " opts ";
        OptionListValue{}.print(out, *list_of_options, family);
    }
};

}  // namespace

extern constinit const Declaration match_dst = declare_match<Dst>(
    {.name = "dst", .families = v6_only, .help = "the destination options header", .reads = reads_header});

}  // namespace gatehouse::rules

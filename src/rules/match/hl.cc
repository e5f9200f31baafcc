// -m hl: the hop limit of the packet.
#include <fmt/format.h>

#include "rules/declaration.h"

namespace gatehouse::rules {

namespace {

struct Hl {
    Opt<std::uint32_t> eq, lt, gt;
    friend bool operator==(const Hl&, const Hl&) = default;

    static constexpr std::tuple options{
        option<&Hl::eq>("hl-eq", value::Number{.max = 255},
                        {.alias = "hl", .help = "the hop limit is this", .invertible = true, .group = 1}),
        option<&Hl::lt>("hl-lt", value::Number{.max = 255}, {.help = "the hop limit is less", .group = 1}),
        option<&Hl::gt>("hl-gt", value::Number{.max = 255}, {.help = "the hop limit is more", .group = 1}),
    };

    bool test(const Context& context) const {
        const std::uint32_t value = context.packet.flat.ttl;
        return eq.passes(value == *eq) && lt.passes(value < *lt) && gt.passes(value > *gt);
    }

    void list(std::string& out, Family, bool) const {
        const std::string_view relation = lt ? "<" : gt ? ">" : eq.inverted ? "!=" : "==";
        out += fmt::format("HL match HL {} {}", relation, lt ? *lt : gt ? *gt : *eq);
    }
};

}  // namespace

extern constinit const Declaration match_hl = declare_match<Hl>({.name = "hl",
                                                                 .families = v6_only,
                                                                 .help = "the hop limit of the packet",
                                                                 .reads = reads_header,
                                                                 .required_groups = 1});

}  // namespace gatehouse::rules

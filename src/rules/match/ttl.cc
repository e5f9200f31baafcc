// -m ttl: the TTL of the packet.
#include <fmt/format.h>

#include "rules/declaration.h"

namespace gatehouse::rules {

namespace {

struct Ttl {
    Opt<std::uint32_t> eq, lt, gt;
    friend bool operator==(const Ttl&, const Ttl&) = default;

    static constexpr std::tuple options{
        option<&Ttl::eq>("ttl-eq", value::Number{.max = 255},
                         {.alias = "ttl", .help = "the TTL is this", .invertible = true, .group = 1}),
        option<&Ttl::lt>("ttl-lt", value::Number{.max = 255}, {.help = "the TTL is less", .group = 1}),
        option<&Ttl::gt>("ttl-gt", value::Number{.max = 255}, {.help = "the TTL is more", .group = 1}),
    };

    bool test(const Context& context) const {
        const std::uint32_t value = context.packet.flat.ttl;
        return eq.passes(value == *eq) && lt.passes(value < *lt) && gt.passes(value > *gt);
    }

    void list(std::string& out, Family, bool) const {
        const std::string_view relation = lt ? "<" : gt ? ">" : eq.inverted ? "!=" : "==";
        out += fmt::format("TTL match TTL {} {}", relation, lt ? *lt : gt ? *gt : *eq);
    }
};

}  // namespace

extern constinit const Declaration match_ttl = declare_match<Ttl>({.name = "ttl",
                                                                   .families = v4_only,
                                                                   .help = "the TTL of the packet",
                                                                   .reads = reads_header,
                                                                   .required_groups = 1});

}  // namespace gatehouse::rules

// -m dscp: the DiffServ codepoint, the upper six bits of the TOS octet or traffic class.
#include "rules/value/dscp.h"

#include <fmt/format.h>

#include "rules/declaration.h"

namespace gatehouse::rules {

namespace {

struct Dscp {
    Opt<std::uint32_t> dscp;
    friend bool operator==(const Dscp&, const Dscp&) = default;

    static constexpr std::tuple options{
        option<&Dscp::dscp>("dscp", value::dscp_number,
                            {.help = "the codepoint is this", .invertible = true, .group = 1}),
        option<&Dscp::dscp>("dscp-class", value::dscp_class,
                            {.help = "the class is this: BE, EF, CS0 to CS7, AF11 to AF43",
                             .invertible = true,
                             .input_only = true,
                             .group = 1}),
    };

    bool test(const Context& context) const {
        return dscp.passes(std::uint32_t{context.packet.flat.tos} >> 2 == *dscp);
    }

    void list(std::string& out, Family, bool) const {
        out += fmt::format("DSCP match {}0x{:02x}", dscp.inverted ? "!" : "", *dscp);
    }
};

}  // namespace

extern constinit const Declaration match_dscp = declare_match<Dscp>(
    {.name = "dscp", .help = "the DiffServ codepoint", .reads = reads_header, .required_groups = 1});

}  // namespace gatehouse::rules

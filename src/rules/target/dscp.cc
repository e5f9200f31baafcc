// -j DSCP: sets the DiffServ codepoint, the upper six bits of the TOS octet or traffic class.
#include "rules/value/dscp.h"

#include <fmt/format.h>

#include "packet/edit.h"
#include "rules/declaration.h"

namespace gatehouse::rules {

namespace {

struct Dscp {
    Opt<std::uint32_t> codepoint;
    friend bool operator==(const Dscp&, const Dscp&) = default;

    static constexpr std::tuple options{
        option<&Dscp::codepoint>("set-dscp", value::dscp_number, {.help = "sets the codepoint", .group = 1}),
        option<&Dscp::codepoint>("set-dscp-class", value::dscp_class,
                                 {.help = "sets the codepoint of the class", .input_only = true, .group = 1}),
    };

    Outcome act(Context& context) const {
        const std::uint32_t before = context.packet.flat.tos;
        const std::uint32_t after = (before & 3) | *codepoint << 2;
        if (after == before) return Outcome::next;
        edit::set_tos(context.packet, static_cast<std::uint8_t>(after));
        if (context.traced()) [[unlikely]]
            context.trace({.kind = TraceKind::altered, .text = "tos", .before = before, .after = after});
        return Outcome::next;
    }

    void list(std::string& out, Family, bool) const { out += fmt::format("DSCP set {:#04x}", *codepoint); }
};

}  // namespace

extern constinit const Declaration target_dscp = declare_target<Dscp>({.name = "DSCP",
                                                                       .tables = table_mangle,
                                                                       .help = "sets the DiffServ codepoint",
                                                                       .reads = reads_header,
                                                                       .does = does_alter_packet,
                                                                       .required_groups = 1});

}  // namespace gatehouse::rules

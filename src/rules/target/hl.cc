// -j HL: changes the hop limit.
#include "rules/hop_change.h"

namespace gatehouse::rules {

namespace {

struct Hl : HopChange {
    static constexpr std::tuple options{
        option<&Hl::set>("hl-set", any, {.help = "sets the hop limit to this", .group = 1}),
        option<&Hl::dec>("hl-dec", step, {.help = "lowers the hop limit by this, to 0 at least", .group = 1}),
        option<&Hl::inc>("hl-inc", step,
                         {.help = "raises the hop limit by this, to 255 at most", .group = 1}),
    };
    Outcome act(Context& context) const { return change(context, "hop limit"); }
    void list(std::string& out, Family, bool) const { describe(out, "HL"); }
};

}  // namespace

extern constinit const Declaration target_hl = declare_target<Hl>({.name = "HL",
                                                                   .families = v6_only,
                                                                   .tables = table_mangle,
                                                                   .help = "changes the hop limit",
                                                                   .reads = reads_header,
                                                                   .does = does_alter_packet,
                                                                   .required_groups = 1});

}  // namespace gatehouse::rules

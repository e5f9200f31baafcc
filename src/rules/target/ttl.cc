// -j TTL: changes the time to live.
#include "rules/hop_change.h"

namespace gatehouse::rules {

namespace {

struct Ttl : HopChange {
    static constexpr std::tuple options{
        option<&Ttl::set>("ttl-set", any, {.help = "sets the time to live to this", .group = 1}),
        option<&Ttl::dec>("ttl-dec", step,
                          {.help = "lowers the time to live by this, to 0 at least", .group = 1}),
        option<&Ttl::inc>("ttl-inc", step,
                          {.help = "raises the time to live by this, to 255 at most", .group = 1}),
    };
    Outcome act(Context& context) const { return change(context, "ttl"); }
    void list(std::string& out, Family, bool) const { describe(out, "TTL"); }
};

}  // namespace

extern constinit const Declaration target_ttl = declare_target<Ttl>({.name = "TTL",
                                                                     .families = v4_only,
                                                                     .tables = table_mangle,
                                                                     .help = "changes the time to live",
                                                                     .reads = reads_header,
                                                                     .does = does_alter_packet,
                                                                     .required_groups = 1});

}  // namespace gatehouse::rules

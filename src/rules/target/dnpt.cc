// -j DNPT: exchanges the prefix of IPv6 packets' destinations, without any state (RFC 6296).
#include "rules/value/prefix_pair.h"

namespace gatehouse::rules {

namespace {

struct Dnpt : PrefixPair {
    static constexpr std::tuple options{
        option<&Dnpt::from>("src-pfx", value::PrefixValue{},
                            {.help = "the prefix that destinations have", .required = true}),
        option<&Dnpt::to>("dst-pfx", value::PrefixValue{},
                          {.help = "the prefix to give them", .required = true}),
    };

    Outcome act(Context& context) const { return map_prefix(context, *this, Mapped::destination); }
    void list(std::string& out, Family, bool) const { PrefixPair::list(out, "DNPT"); }
};

}  // namespace

extern constinit const Declaration target_dnpt =
    declare_target<Dnpt>({.name = "DNPT",
                          .families = v6_only,
                          .tables = table_mangle,
                          .hooks = bit(Hook::prerouting) | bit(Hook::output),
                          .help = "exchanges the prefix of destination addresses, without state",
                          .reads = reads_tuple,
                          .does = does_alter_packet | does_emit});

}  // namespace gatehouse::rules

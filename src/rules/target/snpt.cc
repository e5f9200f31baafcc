// -j SNPT: exchanges the prefix of IPv6 packets' sources, without any state (RFC 6296).
#include "rules/value/prefix_pair.h"

namespace gatehouse::rules {

namespace {

struct Snpt : PrefixPair {
    static constexpr std::tuple options{
        option<&Snpt::from>("src-pfx", value::PrefixValue{},
                            {.help = "the prefix that sources have", .required = true}),
        option<&Snpt::to>("dst-pfx", value::PrefixValue{},
                          {.help = "the prefix to give them", .required = true}),
    };

    Outcome act(Context& context) const { return map_prefix(context, *this, Mapped::source); }
    void list(std::string& out, Family, bool) const { PrefixPair::list(out, "SNPT"); }
};

}  // namespace

extern constinit const Declaration target_snpt =
    declare_target<Snpt>({.name = "SNPT",
                          .families = v6_only,
                          .tables = table_mangle,
                          .hooks = bit(Hook::input) | bit(Hook::postrouting),
                          .help = "exchanges the prefix of source addresses, without state",
                          .reads = reads_tuple,
                          .does = does_alter_packet | does_emit});

}  // namespace gatehouse::rules

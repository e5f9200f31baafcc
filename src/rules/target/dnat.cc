// -j DNAT: gives connections another destination.
#include "nat/nat.h"
#include "rules/value/translation.h"

namespace gatehouse::rules {

namespace {

struct Dnat {
    Opt<Translation> to;
    Flag random, persistent;
    friend bool operator==(const Dnat&, const Dnat&) = default;

    static constexpr std::tuple options{
        option<&Dnat::to>(
            "to-destination",
            value::TranslationValue{.metavar = "[address[-address]][:port[-port[/base]]]", .based = true},
            {.help = "the new destination, out of these addresses and ports", .required = true}),
        flag<&Dnat::random>("random", {.help = "chooses the port at random"}),
        flag<&Dnat::persistent>("persistent", {.help = "gives a client the same address each time"}),
    };

    Result<void> check(const Facts& facts) const { return to->ports ? check_ports(facts) : Result<void>{}; }

    Outcome act(Context& context) const {
        return outcome_of(context.services.nat->bind(context, nat::Manip::destination,
                                                     range_of(*to, random.set, persistent.set)));
    }

    void list(std::string& out, Family family, bool) const {
        out += "to:";
        value::TranslationValue{}.print(out, *to, family);
        if (random) out += " random";
        if (persistent) out += " persistent";
    }
};

}  // namespace

extern constinit const Declaration target_dnat =
    declare_target<Dnat>({.name = "DNAT",
                          .tables = table_nat,
                          .hooks = bit(Hook::prerouting) | bit(Hook::output),
                          .help = "gives connections another destination",
                          .reads = reads_tuple | reads_connection,
                          .does = does_alter_packet | does_alter_connection,
                          .need = Need::nat});

}  // namespace gatehouse::rules

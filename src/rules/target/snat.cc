// -j SNAT: gives connections another source.
#include "nat/nat.h"
#include "rules/value/translation.h"

namespace gatehouse::rules {

namespace {

struct Snat {
    Opt<Translation> to;
    Flag random, random_fully, persistent;
    friend bool operator==(const Snat&, const Snat&) = default;

    static constexpr std::tuple options{
        option<&Snat::to>("to-source", value::TranslationValue{},
                          {.help = "the new source, out of these addresses and ports", .required = true}),
        flag<&Snat::random>("random", {.help = "chooses the port at random"}),
        flag<&Snat::random_fully>("random-fully", {.help = "chooses the port at random, each time anew"}),
        flag<&Snat::persistent>("persistent", {.help = "gives a client the same address each time"}),
    };

    Result<void> check(const Facts& facts) const { return to->ports ? check_ports(facts) : Result<void>{}; }

    Outcome act(Context& context) const {
        return outcome_of(context.services.nat->bind(
            context, nat::Manip::source, range_of(*to, random.set || random_fully.set, persistent.set)));
    }

    void list(std::string& out, Family family, bool) const {
        out += "to:";
        value::TranslationValue{}.print(out, *to, family);
        if (random) out += " random";
        if (random_fully) out += " random-fully";
        if (persistent) out += " persistent";
    }
};

}  // namespace

extern constinit const Declaration target_snat =
    declare_target<Snat>({.name = "SNAT",
                          .tables = table_nat,
                          .hooks = bit(Hook::input) | bit(Hook::postrouting),
                          .help = "gives connections another source",
                          .reads = reads_tuple | reads_connection,
                          .does = does_alter_packet | does_alter_connection,
                          .need = Need::nat});

}  // namespace gatehouse::rules

// -j MASQUERADE: gives connections the address of the interface that they leave by.
#include "rules/value/translation.h"

namespace gatehouse::rules {

namespace {

struct Masquerade {
    Opt<TranslatedPorts> ports;
    Flag random, random_fully;
    friend bool operator==(const Masquerade&, const Masquerade&) = default;

    static constexpr std::tuple options{
        option<&Masquerade::ports>("to-ports", value::TranslatedPortsValue{},
                                   {.help = "the new source port, out of these"}),
        flag<&Masquerade::random>("random", {.help = "chooses the port at random"}),
        flag<&Masquerade::random_fully>("random-fully",
                                        {.help = "chooses the port at random, each time anew"}),
    };

    Result<void> check(const Facts& facts) const { return ports ? check_ports(facts) : Result<void>{}; }

    void list(std::string& out, Family family, bool) const {
        if (ports) {
            out += "masq ports: ";
            value::TranslatedPortsValue{}.print(out, *ports, family);
        }
        if (random) out += out.empty() ? "random" : " random";
        if (random_fully) out += out.empty() ? "random-fully" : " random-fully";
    }
};

}  // namespace

extern constinit const Declaration target_masquerade =
    declare_target<Masquerade>({.name = "MASQUERADE",
                                .tables = table_nat,
                                .hooks = bit(Hook::postrouting),
                                .help = "gives connections the address of the interface they leave by",
                                .reads = reads_tuple | reads_interfaces | reads_connection,
                                .does = does_alter_packet | does_alter_connection,
                                .need = Need::nat});

}  // namespace gatehouse::rules

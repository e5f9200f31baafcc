// -j REDIRECT: sends connections to the router itself.
#include "rules/value/translation.h"

namespace gatehouse::rules {

namespace {

struct Redirect {
    Opt<TranslatedPorts> ports;
    Flag random;
    friend bool operator==(const Redirect&, const Redirect&) = default;

    static constexpr std::tuple options{
        option<&Redirect::ports>("to-ports", value::TranslatedPortsValue{},
                                 {.help = "the new destination port, out of these"}),
        flag<&Redirect::random>("random", {.help = "chooses the port at random"}),
    };

    Result<void> check(const Facts& facts) const { return ports ? check_ports(facts) : Result<void>{}; }

    void list(std::string& out, Family family, bool) const {
        if (ports) {
            out += "redir ports ";
            value::TranslatedPortsValue{}.print(out, *ports, family);
        }
        if (random) out += out.empty() ? "random" : " random";
    }
};

}  // namespace

extern constinit const Declaration target_redirect =
    declare_target<Redirect>({.name = "REDIRECT",
                              .tables = table_nat,
                              .hooks = bit(Hook::prerouting) | bit(Hook::output),
                              .help = "sends connections to the router itself",
                              .reads = reads_tuple | reads_interfaces | reads_connection,
                              .does = does_alter_packet | does_alter_connection,
                              .need = Need::nat});

}  // namespace gatehouse::rules

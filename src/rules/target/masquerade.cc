// -j MASQUERADE: gives connections the address of the interface that they leave by.
#include "nat/nat.h"
#include "packet/reason.h"
#include "route/router.h"
#include "rules/value/translation.h"

namespace gatehouse::rules {

namespace {

struct Masquerade {
    Opt<TranslatedPorts> ports;
    Flag random, random_fully, eim;
    friend bool operator==(const Masquerade&, const Masquerade&) = default;

    static constexpr std::tuple options{
        option<&Masquerade::ports>("to-ports", value::TranslatedPortsValue{},
                                   {.help = "the new source port, out of these"}),
        flag<&Masquerade::random>("random", {.help = "chooses the port at random"}),
        flag<&Masquerade::random_fully>("random-fully",
                                        {.help = "chooses the port at random, each time anew"}),
        flag<&Masquerade::eim>(
            "eim", {.help = "gives a client's port the same mapping whoever it talks to, open to all"}),
    };

    Result<void> check(const Facts& facts) const { return ports ? check_ports(facts) : Result<void>{}; }

    Outcome act(Context& context) const {
        const Flat& flat = context.packet.flat;
        // What has no source yet isn't a client's.
        if (flat.source.is_unspecified()) return Outcome::accept;
        const Address toward = is_v4(flat.family) ? next_hop(context) : flat.destination;
        const Address source = context.services.router->select_source(flat.family, context.out, toward);
        if (source.is_unspecified()) {
            context.finding = {.reason = Reason::nat_no_address, .numbers = {index(context.out)}};
            return Outcome::drop;
        }
        nat::Range range = range_of(ports, random.set || random_fully.set);
        range.addresses = true;
        range.eim = eim.set;
        range.low = range.high = source;
        return outcome_of(context.services.nat->masquerade(context, range));
    }

    void list(std::string& out, Family family, bool) const {
        if (ports) {
            out += "masq ports: ";
            value::TranslatedPortsValue{}.print(out, *ports, family);
        }
        if (random) out += out.empty() ? "random" : " random";
        if (random_fully) out += out.empty() ? "random-fully" : " random-fully";
        if (eim) out += out.empty() ? "eim" : " eim";
    }

  private:
    static Address next_hop(const Context& context) {
        const route::Nexthop* const hop = context.route == nullptr ? nullptr : context.route->nexthop;
        return hop != nullptr && hop->has_gateway && is_v4(hop->gateway_family)
                   ? hop->gateway
                   : context.packet.flat.destination;
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

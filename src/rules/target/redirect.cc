// -j REDIRECT: sends connections to the router itself.
#include <ranges>

#include "hook/interfaces.h"
#include "nat/nat.h"
#include "packet/reason.h"
#include "route/types.h"
#include "rules/value/translation.h"

namespace gatehouse::rules {

namespace {

// The address of the interface that a packet came in by; of IPv6's the one of the packet's scope that was
// added last (nf_nat_redirect.c).
Address own_address(const Context& context) {
    const Flat& flat = context.packet.flat;
    const auto& addresses = (*context.services.interfaces)[context.in].addresses;
    if (is_v4(flat.family)) {
        for (const auto& a : addresses) {
            if (is_v4(a.family)) return a.address;
        }
        return {};
    }
    const bool of_link = route::is_link_local6(flat.destination);
    Address any;
    for (const auto& a : addresses | std::views::reverse) {
        if (is_v4(a.family)) continue;
        const bool on_link = route::is_link_local6(a.address);
        if (on_link == of_link) return a.address;
        if (!of_link) any = a.address;  // a link's own, where there is no other
    }
    return any;
}

constexpr Address loopback4 = Address::v4(0x7f000001);

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

    Outcome act(Context& context) const {
        const bool v4 = is_v4(context.family());
        const Address self = context.hook != Hook::output ? own_address(context)
                             : v4                         ? loopback4
                                                          : route::loopback6;
        if (self.is_unspecified()) {
            context.finding = {.reason = Reason::nat_no_address, .numbers = {index(context.in)}};
            return Outcome::drop;
        }
        nat::Range range = range_of(ports, random.set);
        range.addresses = true;
        range.low = range.high = self;
        return outcome_of(context.services.nat->bind(context, nat::Manip::destination, range));
    }

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

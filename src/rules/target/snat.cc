// -j SNAT: gives connections another source.
#include <fmt/format.h>

#include "nat/nat.h"
#include "nat/port_shares.h"
#include "rules/value/address.h"
#include "rules/value/translation.h"

namespace gatehouse::rules {

namespace {

struct Snat {
    Opt<Translation> to;
    Flag random, random_fully, persistent, eim;
    Opt<std::uint32_t> blocks;
    Opt<MaskedAddress> clients;
    nat::PortShares shares{};  // of the clients
    friend bool operator==(const Snat&, const Snat&) = default;

    static constexpr std::tuple options{
        option<&Snat::to>("to-source", value::TranslationValue{},
                          {.help = "the new source, out of these addresses and ports", .required = true}),
        flag<&Snat::random>("random", {.help = "chooses the port at random"}),
        flag<&Snat::random_fully>("random-fully", {.help = "chooses the port at random, each time anew"}),
        flag<&Snat::persistent>("persistent", {.help = "gives a client the same address each time"}),
        flag<&Snat::eim>("eim",
                         {.help = "gives a client's port the same mapping whoever it talks to, open to all"}),
        option<&Snat::blocks>(
            "port-blocks",
            value::Number{
                .min = nat::PortBlocks::smallest, .max = nat::PortBlocks::largest, .metavar = "ports"},
            {.help = "gives a client so many ports at a time, told in the log"}),
        option<&Snat::clients>(
            "deterministic", value::MaskedAddressValue{.metavar = "clients/bits"},
            {.help = "gives each of these clients ports of its own, by its address alone"}),
    };

    Result<void> check(const Facts& facts) {
        if (to->ports) {
            if (auto done = check_ports(facts); !done) return done;
        }
        if (blocks && (!to->addresses || to->ports || clients))
            return fail("`--port-blocks` needs addresses alone to give out, and no `--deterministic`");
        if (!clients) return {};
        if (!is_v4(facts.family)) return fail("`--deterministic` is for IPv4");
        if (!to->addresses || to->ports) return fail("`--deterministic` needs addresses alone to give out");
        const auto made =
            nat::PortShares::make(clients->address, clients->length, to->addresses->low, to->addresses->high);
        if (!made) return std::unexpected(made.error());
        shares = *made;
        return {};
    }

    Outcome act(Context& context) const {
        nat::Range range = range_of(*to, random.set || random_fully.set, persistent.set);
        range.eim = eim.set;
        if (blocks) range.block = static_cast<std::uint16_t>(*blocks);
        if (clients) {
            const auto share = shares.share_of(context.packet.flat.source);
            if (!share) return Outcome::next;
            range.low = range.high = share->outside;
            range.ports = true;
            range.first_port = share->first_port;
            range.last_port = share->last_port;
        }
        return outcome_of(context.services.nat->bind(context, nat::Manip::source, range));
    }

    void list(std::string& out, Family family, bool) const {
        out += "to:";
        value::TranslationValue{}.print(out, *to, family);
        if (random) out += " random";
        if (random_fully) out += " random-fully";
        if (persistent) out += " persistent";
        if (eim) out += " eim";
        if (blocks) out += fmt::format(" port-blocks {}", *blocks);
        if (!clients) return;
        out += " deterministic ";
        value::MaskedAddressValue{}.print(out, *clients, family);
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

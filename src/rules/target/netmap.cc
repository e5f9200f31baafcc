// -j NETMAP: maps a whole network onto another, host by host.
#include <fmt/format.h>

#include "nat/nat.h"
#include "rules/value/address.h"
#include "rules/value/translation.h"

namespace gatehouse::rules {

namespace {

// A network; host bits are cleared, and the length is always printed.
struct NetworkValue : value::MaskedAddressValue {
    Result<MaskedAddress> read(Words words, Family family) const {
        auto network = MaskedAddressValue::read(words, family);
        if (network) network->address = network->address & prefix_mask(network->length);
        return network;
    }
    void print(std::string& out, const MaskedAddress& v, Family family) const {
        out += fmt::format("{}/{}", to_string(v.address, family), v.length);
    }
};

struct Netmap {
    Opt<MaskedAddress> to;
    friend bool operator==(const Netmap&, const Netmap&) = default;

    static constexpr std::tuple options{
        option<&Netmap::to>("to", NetworkValue{}, {.help = "the network to map to", .required = true}),
    };

    Outcome act(Context& context) const {
        const nat::Manip manip = nat::manip_at(context.hook);
        const Flat& flat = context.packet.flat;
        Address host = manip == nat::Manip::source ? flat.source : flat.destination;
        const Address mask = prefix_mask(to->length);
        for (unsigned i = 0; i < 4; ++i)
            host.words[i] = (host.words[i] & ~mask.words[i]) | to->address.words[i];
        return outcome_of(context.services.nat->bind(context, manip, nat::Range::one(host)));
    }

    void list(std::string& out, Family family, bool) const {
        out += "to:";
        NetworkValue{}.print(out, *to, family);
    }
};

}  // namespace

extern constinit const Declaration target_netmap =
    declare_target<Netmap>({.name = "NETMAP",
                            .tables = table_nat,
                            .hooks = all_hooks & ~bit(Hook::forward),
                            .help = "maps a network onto another, host by host",
                            .reads = reads_tuple | reads_connection,
                            .does = does_alter_packet | does_alter_connection,
                            .need = Need::nat});

}  // namespace gatehouse::rules

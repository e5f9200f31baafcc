// -m udp: ports of a UDP header.
#include <netinet/in.h>

#include "rules/declaration.h"
#include "rules/match/ports.h"
#include "rules/packed.h"

namespace gatehouse::rules {

namespace {

struct Udp {
    Opt<PortRange> sport, dport;
    friend bool operator==(const Udp&, const Udp&) = default;

    static constexpr std::tuple options{
        source_ports<&Udp::sport>("udp"),
        destination_ports<&Udp::dport>("udp"),
    };

    void pack(Packed& packed) const {
        if (sport && !sport.inverted) packed.sport = *sport;
        if (dport && !dport.inverted) packed.dport = *dport;
    }

    MatchResult test(const Context& context) const {
        const Flat& flat = context.packet.flat;
        if (flat.transport == Transport::fragment) return MatchResult::no;
        if (flat.transport != Transport::whole) return MatchResult::hotdrop;
        const bool hit =
            sport.passes(sport->contains(flat.sport)) && dport.passes(dport->contains(flat.dport));
        return hit ? MatchResult::yes : MatchResult::no;
    }

    void list(std::string& out, Family, bool numeric) const {
        out += "udp";
        if (sport) value::list_ports(out, "spt", *sport, sport.inverted, "udp", numeric);
        if (dport) value::list_ports(out, "dpt", *dport, dport.inverted, "udp", numeric);
    }
};

constexpr std::uint8_t protocols[] = {IPPROTO_UDP};

}  // namespace

extern constinit const Declaration match_udp = declare_match<Udp>(
    {.name = "udp", .protocols = protocols, .help = "ports of a UDP header", .reads = reads_tuple});

}  // namespace gatehouse::rules

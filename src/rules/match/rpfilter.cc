// -m rpfilter: whether an answer would leave by the interface that the packet came in by.
#include "hook/interfaces.h"
#include "route/router.h"
#include "rules/declaration.h"

namespace gatehouse::rules {

namespace {

struct Rpfilter {
    Flag loose, validmark, accept_local, invert;
    friend bool operator==(const Rpfilter&, const Rpfilter&) = default;

    static constexpr std::tuple options{
        flag<&Rpfilter::loose>("loose", {.help = "any interface will do"}),
        flag<&Rpfilter::validmark>("validmark", {.help = "look the route up with the packet's mark"}),
        flag<&Rpfilter::accept_local>("accept-local", {.help = "take packets from the host's own addresses"}),
        flag<&Rpfilter::invert>("invert", {.help = "match packets that fail"}),
    };

    bool test(const Context& context) const {
        const Packet& packet = context.packet;
        const route::Key key{.family = packet.flat.family,
                             .source = packet.flat.source,
                             .destination = packet.flat.destination,
                             .tos = packet.flat.tos,
                             .protocol = packet.flat.protocol,
                             .mark = packet.mark,
                             .interface = context.in};
        const bool loopback =
            packet.type == PacketType::loopback || (*context.services.interfaces)[context.in].loopback;
        const bool passes = context.services.router->reverse_path(
            key, {.loose = loose.set, .validmark = validmark.set, .accept_local = accept_local.set},
            loopback);
        return passes != invert.set;
    }

    void list(std::string& out, Family, bool) const {
        out += "rpfilter";
        if (loose) out += " loose";
        if (validmark) out += " validmark";
        if (accept_local) out += " accept-local";
        if (invert) out += " invert";
    }
};

}  // namespace

extern constinit const Declaration match_rpfilter =
    declare_match<Rpfilter>({.name = "rpfilter",
                             .tables = table_raw | table_mangle,
                             .hooks = bit(Hook::prerouting),
                             .help = "an answer would leave by the interface that the packet came in by",
                             .reads = reads_tuple | reads_interfaces | reads_mark | reads_header});

}  // namespace gatehouse::rules

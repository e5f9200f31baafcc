// -m mac: the frame's source hardware address.
#include "hook/interfaces.h"
#include "rules/declaration.h"
#include "rules/value/address.h"

namespace gatehouse::rules {

namespace {

constexpr std::uint16_t ethernet_header = 14;

struct MacMatch {
    Opt<Mac> source;
    friend bool operator==(const MacMatch&, const MacMatch&) = default;

    static constexpr std::tuple options{
        option<&MacMatch::source>(
            "mac-source", value::MacValue{},
            {.help = "the frame came from this hardware address", .invertible = true, .required = true}),
    };

    // False, also when inverted, for a packet that didn't come in an Ethernet frame.
    bool test(const Context& context) const {
        const Packet& packet = context.packet;
        if (packet.generated || packet.flat.l3 < ethernet_header || context.in == InterfaceId::none)
            return false;
        const Interfaces* const interfaces = context.services.interfaces;
        if (interfaces != nullptr && (*interfaces)[context.in].loopback) return false;
        return source.passes(Mac::load(packet.data + 6) == *source);
    }

    void list(std::string& out, Family family, bool) const {
        out += source.inverted ? "MAC ! " : "MAC ";
        value::MacValue{}.print(out, *source, family);
    }
};

}  // namespace

extern constinit const Declaration match_mac =
    declare_match<MacMatch>({.name = "mac",
                             .hooks = bit(Hook::prerouting) | bit(Hook::input) | bit(Hook::forward),
                             .help = "the frame's source hardware address",
                             .reads = reads_header});

}  // namespace gatehouse::rules

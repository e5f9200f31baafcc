// A rule's selectors as plain numbers, for the walk that looks at many rules at once.
//
// They are necessary conditions: a packet that a rule matches passes its packed selectors. Those that pass
// are looked at in full. What can't be put in numbers (an inversion, `eth+`) leaves its field open.
#pragma once
#include <cstdint>

#include "rules/selectors.h"
#include "rules/value.h"

namespace gatehouse::rules {

struct Packed {
    static constexpr std::uint16_t any_interface = 0xfffe;

    AddressSelector source{}, destination{};  // never inverted
    std::uint16_t in = any_interface, out = any_interface;
    std::uint8_t protocol = 0;  // 0: any
    // Narrowed by matches that know them (tcp, udp, multiport, icmp); only packets with Transport::whole are
    // held to them.
    PortRange sport{0, 65535}, dport{0, 65535};
    // Set when the rule never matches on this engine (an interface that isn't there).
    bool never = false;
    // Set when passing the packed selectors is all that the rule's selectors ask.
    bool exact = true;
};

Packed pack(const Selectors& selectors, const Interfaces& interfaces);

// The same fields of a packet.
struct PacketKey {
    Address source{}, destination{};
    std::uint16_t in = 0, out = 0;
    std::uint8_t protocol = 0;
    bool has_ports = false;
    std::uint16_t sport = 0, dport = 0;
};
PacketKey key_of(const Context& context);

bool admits(const Packed& packed, const PacketKey& key);

}  // namespace gatehouse::rules

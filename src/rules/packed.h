// A rule's selectors as plain numbers, for the walk that looks at many rules at once.
//
// They are necessary conditions: a packet that a rule matches passes its packed selectors. Those that pass
// are looked at in full. What can't be put in numbers (an inversion, `eth+`) leaves its field open.
#pragma once
#include <array>
#include <cstdint>

#include "rules/selectors.h"
#include "rules/value.h"

namespace gatehouse::rules {

struct RuleDraft;

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
    // Set when passing the packed selectors is all that the rule's selectors ask, of a packet whose protocol
    // can be told.
    bool exact = true;
};

// The rule's selectors, narrowed by its matches.
Packed pack(const RuleDraft& rule, const Interfaces& interfaces);

// The fields that packed selectors look at, in 32-bit words. Those of a v4 packet are within the first eight.
namespace key_word {
constexpr unsigned source = 0;       // the first word of the address; the others from source_rest
constexpr unsigned destination = 1;  // the others from destination_rest
constexpr unsigned interfaces = 2;   // in, and out << 16
constexpr unsigned protocol = 3;
constexpr unsigned ports = 4;  // source, and destination << 16
constexpr unsigned source_rest = 5;
constexpr unsigned destination_rest = 8;
constexpr unsigned count = 12;  // the last is always zero
constexpr unsigned narrow = 8;
// Where the `i`th word of an address stands.
constexpr unsigned source_at(unsigned i) { return i == 0 ? source : source_rest + i - 1; }
constexpr unsigned destination_at(unsigned i) { return i == 0 ? destination : destination_rest + i - 1; }
}  // namespace key_word

// A packet as packed selectors see it.
struct alignas(32) PacketKey {
    std::array<std::uint32_t, key_word::count> words;
    // Ones where a rule may hold the packet to the bits of `words`: not to the ports of a packet without
    // any, nor to a protocol that can't be told.
    std::array<std::uint32_t, key_word::narrow> live;
    std::array<std::uint16_t, 5> half;  // in, out, protocol, source and destination port: see Field
    std::uint8_t skip = 0;              // a bit for each of `half` that the packet isn't held to
    bool wide = false;                  // an IPv6 packet
    bool protocol_known = true;
};

// The sixteen-bit fields.
enum class Field : std::uint8_t { in, out, protocol, sport, dport };
constexpr unsigned field_count = 5;

PacketKey key_of(const Context& context);
bool has_addresses(const PacketKey& key, const Flat& flat);

// One rule alone; the walk (rules/spine_scan.h) tests many at once.
bool admits(const Packed& packed, const PacketKey& key);

}  // namespace gatehouse::rules

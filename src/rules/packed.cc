#include "rules/packed.h"

namespace gatehouse::rules {

namespace {

void pack_interface(const InterfaceSelector& selector, const Interfaces& interfaces, std::uint16_t& into,
                    Packed& packed) {
    if (selector.pattern.any()) {
        packed.never |= selector.inverted;
        return;
    }
    if (selector.inverted || selector.pattern.text.back() == '+') {
        packed.exact = false;
        return;
    }
    if (const auto id = interfaces.find(selector.pattern.text)) {
        into = index(*id);
    } else {
        packed.never = true;
    }
}

void pack_address(const AddressSelector& selector, AddressSelector& into, Packed& packed) {
    if (selector.inverted) {
        packed.exact = false;
    } else {
        into = selector;
    }
}

}  // namespace

Packed pack(const Selectors& s, const Interfaces& interfaces) {
    Packed packed;
    pack_address(s.source, packed.source, packed);
    pack_address(s.destination, packed.destination, packed);
    pack_interface(s.in, interfaces, packed.in, packed);
    pack_interface(s.out, interfaces, packed.out, packed);
    if (s.protocol_inverted) {
        packed.exact = false;
    } else {
        packed.protocol = s.protocol;
    }
    if (s.fragment != FragmentSelector::any) packed.exact = false;
    // Whether an IPv6 packet's protocol can be told at all is for select() to see.
    if (s.protocol != 0 && !is_v4(s.family)) packed.exact = false;
    return packed;
}

PacketKey key_of(const Context& context) {
    const Flat& flat = context.packet.flat;
    return {.source = flat.source,
            .destination = flat.destination,
            .in = index(context.in),
            .out = index(context.out),
            .protocol = flat.protocol,
            .has_ports = flat.transport == Transport::whole,
            .sport = flat.sport,
            .dport = flat.dport};
}

bool admits(const Packed& p, const PacketKey& k) {
    if (p.never || !p.source.matches(k.source) || !p.destination.matches(k.destination)) return false;
    if ((p.in != Packed::any_interface && p.in != k.in) || (p.out != Packed::any_interface && p.out != k.out))
        return false;
    // An unknown protocol is for select() to judge.
    if (p.protocol != 0 && p.protocol != k.protocol && k.protocol != unknown_protocol) return false;
    return !k.has_ports || (p.sport.contains(k.sport) && p.dport.contains(k.dport));
}

}  // namespace gatehouse::rules

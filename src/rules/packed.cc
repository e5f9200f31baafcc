#include "rules/packed.h"

#include "rules/body.h"

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

constexpr unsigned bit(Field field) { return 1u << static_cast<unsigned>(field); }

}  // namespace

Packed pack(const RuleDraft& rule, const Interfaces& interfaces) {
    const Selectors& s = rule.selectors;
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
    // What stands behind a match that does more than say yes or no may not keep a packet from that one.
    for (const auto& match : rule.matches) {
        const Declaration& declaration = match.declaration();
        if (declaration.pack != nullptr) declaration.pack(match.parameters(), packed);
        if (declaration.does != does_nothing || declaration.may_drop) break;
    }
    // A range that holds no port is the match's to refuse.
    if (packed.sport.low > packed.sport.high) packed.sport = {0, 65535};
    if (packed.dport.low > packed.dport.high) packed.dport = {0, 65535};
    return packed;
}

PacketKey key_of(const Context& context) {
    const Flat& flat = context.packet.flat;
    const auto& s = flat.source.words;
    const auto& d = flat.destination.words;
    const std::uint32_t in = index(context.in), out = index(context.out);
    const bool ports = flat.transport == Transport::whole, known = !flat.extensions_broken();
    constexpr std::uint32_t all = 0xffffffff;
    PacketKey key{.words = {s[0], d[0], in | out << 16, flat.protocol,
                            static_cast<std::uint32_t>(flat.sport) | std::uint32_t{flat.dport} << 16, s[1],
                            s[2], s[3], d[1], d[2], d[3], 0},
                  .live = {all, all, all, known ? all : 0, ports ? all : 0, all, all, all},
                  .half = {index(context.in), index(context.out), flat.protocol, flat.sport, flat.dport},
                  .wide = !is_v4(flat.family),
                  .protocol_known = known};
    unsigned skip = 0;
    if (!known) skip |= bit(Field::protocol);
    if (!ports) skip |= bit(Field::sport) | bit(Field::dport);
    key.skip = static_cast<std::uint8_t>(skip);
    return key;
}

bool has_addresses(const PacketKey& key, const Flat& flat) {
    for (unsigned i = 0; i < 4; ++i) {
        if (key.words[key_word::source_at(i)] != flat.source.words[i] ||
            key.words[key_word::destination_at(i)] != flat.destination.words[i])
            return false;
    }
    return true;
}

bool admits(const Packed& p, const PacketKey& key) {
    const auto address = [&](auto place) {
        return Address{{key.words[place(0)], key.words[place(1)], key.words[place(2)], key.words[place(3)]}};
    };
    const auto held = [&](Field field) { return (key.skip >> static_cast<unsigned>(field) & 1) == 0; };
    const auto half = [&](Field field) { return key.half[static_cast<unsigned>(field)]; };
    if (p.never || !p.source.matches(address(key_word::source_at)) ||
        !p.destination.matches(address(key_word::destination_at)))
        return false;
    if ((p.in != Packed::any_interface && p.in != half(Field::in)) ||
        (p.out != Packed::any_interface && p.out != half(Field::out)))
        return false;
    if (p.protocol != 0 && held(Field::protocol) && p.protocol != half(Field::protocol)) return false;
    return !held(Field::sport) ||
           (p.sport.contains(half(Field::sport)) && p.dport.contains(half(Field::dport)));
}

}  // namespace gatehouse::rules

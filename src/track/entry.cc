#include "track/entry.h"

namespace gatehouse::track {

Tuple Entry::tuple(Direction direction) const {
    const unsigned d = index(direction);
    Tuple t{.ends = ends[d], .family = family, .protocol = protocol};
    if (is_v4(family)) {
        t.source.words[0] = v4[d].source;
        t.destination.words[0] = v4[d].destination;
        return t;
    }
    t.source = v6[d].source;
    t.destination = v6[d].destination;
    if (is_v4_way(direction)) [[unlikely]] {
        t.family = Family::ipv4;
        t.protocol = protocol_in(Family::ipv4, protocol);
    }
    return t;
}

void Entry::set_tuple(Direction direction, const Tuple& tuple) {
    const unsigned d = index(direction);
    if (family != tuple.family && is_v4(family)) widen();
    ends[d] = tuple.ends;
    if (is_v4(family)) {
        v4[d] = {tuple.source.words[0], tuple.destination.words[0]};
        return;
    }
    v6[d] = {tuple.source, tuple.destination};
    status = is_v4(tuple.family) ? status | v4_bit(direction) : status & ~v4_bit(direction);
}

// From IPv4's layout to IPv6's, both directions being IPv4 still. No wheel has it yet.
void Entry::widen() {
    const AddressPair4 were[2] = {v4[0], v4[1]};
    const Cold cold = cold4;
    family = Family::ipv6;
    protocol = protocol_in(family, protocol);
    for (unsigned d = 0; d < 2; ++d) v6[d] = {Address::v4(were[d].source), Address::v4(were[d].destination)};
    cold6 = cold;
    status |= status::between_families;
}

}  // namespace gatehouse::track

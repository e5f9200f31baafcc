#include "rules/selectors.h"

namespace gatehouse::rules {

Selected select(const Selectors& s, const Context& context) {
    const Flat& flat = context.packet.flat;
    if (!s.source.matches(flat.source) || !s.destination.matches(flat.destination)) return Selected::no;
    const Interfaces& interfaces = *context.services.interfaces;
    if (!s.in.matches(interfaces.name(context.in)) || !s.out.matches(interfaces.name(context.out)))
        return Selected::no;
    if (s.protocol != 0) {
        if (flat.extensions_broken()) return Selected::hotdrop;
        if ((flat.protocol == s.protocol) == s.protocol_inverted) return Selected::no;
    }
    if (s.fragment != FragmentSelector::any) {
        if ((flat.fragment_offset != 0) != (s.fragment == FragmentSelector::later)) return Selected::no;
    }
    return Selected::yes;
}

}  // namespace gatehouse::rules

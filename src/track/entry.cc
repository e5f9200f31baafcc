#include "track/entry.h"

namespace gatehouse::track {

Tuple Entry::tuple(Direction direction) const {
    const unsigned d = index(direction);
    Tuple t{.ends = ends[d], .family = family, .protocol = protocol};
    if (is_v4(family)) {
        t.source.words[0] = v4[d].source;
        t.destination.words[0] = v4[d].destination;
    } else {
        t.source = v6[d].source;
        t.destination = v6[d].destination;
    }
    return t;
}

void Entry::set_tuple(Direction direction, const Tuple& tuple) {
    const unsigned d = index(direction);
    ends[d] = tuple.ends;
    if (is_v4(family)) {
        v4[d] = {tuple.source.words[0], tuple.destination.words[0]};
    } else {
        v6[d] = {tuple.source, tuple.destination};
    }
}

}  // namespace gatehouse::track

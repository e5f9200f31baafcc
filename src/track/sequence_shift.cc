#include "track/sequence_shift.h"

#include <algorithm>

#include "base/sequence.h"

namespace gatehouse::track::sequence_shift {

namespace {

constexpr std::uint32_t most = std::size(One{}.earlier);

bool is_fresh(const One& one) { return one.before == one.after && one.count == 0; }

}  // namespace

void note(One& one, std::uint32_t position, std::int32_t delta) {
    if (delta == 0) return;
    if (!is_fresh(one)) {
        if (!before(one.position, position)) return;
        std::copy_backward(std::begin(one.earlier), std::end(one.earlier) - 1, std::end(one.earlier));
        one.earlier[0] = {.position = one.position, .before = one.before};
        one.count = std::min(one.count + 1, most);
    }
    one.position = position;
    one.before = one.after;
    one.after += delta;
}

std::int32_t of_sent(const One& one, std::uint32_t sequence) {
    if (before(one.position, sequence)) return one.after;
    std::int32_t shift = one.before;
    for (std::uint32_t i = 0; i < one.count; ++i) {
        if (before(one.earlier[i].position, sequence)) return shift;
        shift = one.earlier[i].before;
    }
    return shift;
}

// A number inside of what grew stands for the last byte that was there: what acknowledges part of it
// acknowledges that much at most.
std::int32_t of_seen(const One& one, std::uint32_t sequence) {
    std::uint32_t position = one.position;
    std::int32_t below = one.before, above = one.after;
    for (std::uint32_t i = 0;; ++i) {
        if (before(position, sequence - static_cast<std::uint32_t>(above))) return above;
        if (before(position, sequence - static_cast<std::uint32_t>(below)))
            return static_cast<std::int32_t>(sequence - position);
        if (i == one.count) return below;
        position = one.earlier[i].position;
        above = below;
        below = one.earlier[i].before;
    }
}

}  // namespace gatehouse::track::sequence_shift

#include "track/sequence_shift.h"

#include <algorithm>

#include "base/sequence.h"

namespace gatehouse::track::sequence_shift {

namespace {

constexpr std::uint32_t most = std::size(One{}.earlier);

bool is_fresh(const One& one) { return one.before == one.after && one.count == 0; }

// The change before the one with this number, the newest being 0; nullptr: there was none.
const One::Earlier* earlier(const One& one, const Older* older, std::uint32_t i) {
    if (i < one.count) return &one.earlier[i];
    i -= one.count;
    return older != nullptr && i < older->count ? &older->older[i] : nullptr;
}

}  // namespace

std::optional<One::Earlier> note(One& one, std::uint32_t position, std::int32_t delta) {
    std::optional<One::Earlier> forgotten;
    if (delta == 0) return forgotten;
    if (!is_fresh(one)) {
        if (!before(one.position, position)) return forgotten;
        if (one.count == most) forgotten = one.earlier[most - 1];
        std::copy_backward(std::begin(one.earlier), std::end(one.earlier) - 1, std::end(one.earlier));
        one.earlier[0] = {.position = one.position, .before = one.before};
        one.count = std::min(one.count + 1, most);
    }
    one.position = position;
    one.before = one.after;
    one.after += delta;
    return forgotten;
}

bool remember(Older& older, const One::Earlier& change, std::uint32_t acknowledged) {
    while (older.count > 0 && before(older.older[older.count - 1].position, acknowledged)) --older.count;
    if (older.count == std::size(older.older)) return false;
    std::copy_backward(older.older, older.older + older.count, older.older + older.count + 1);
    older.older[0] = change;
    ++older.count;
    return true;
}

std::int32_t of_sent(const One& one, std::uint32_t sequence, const Older* older) {
    if (before(one.position, sequence)) return one.after;
    std::int32_t shift = one.before;
    for (std::uint32_t i = 0; const auto* const change = earlier(one, older, i); ++i) {
        if (before(change->position, sequence)) return shift;
        shift = change->before;
    }
    return shift;
}

// A number inside of what grew stands for the last byte that was there: what acknowledges part of it
// acknowledges that much at most.
std::int32_t of_seen(const One& one, std::uint32_t sequence, const Older* older) {
    std::uint32_t position = one.position;
    std::int32_t below = one.before, above = one.after;
    for (std::uint32_t i = 0;; ++i) {
        if (before(position, sequence - static_cast<std::uint32_t>(above))) return above;
        if (before(position, sequence - static_cast<std::uint32_t>(below)))
            return static_cast<std::int32_t>(sequence - position);
        const auto* const change = earlier(one, older, i);
        if (change == nullptr) return below;
        position = change->position;
        above = below;
        below = change->before;
    }
}

}  // namespace gatehouse::track::sequence_shift

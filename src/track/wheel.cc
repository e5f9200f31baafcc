#include "track/wheel.h"

#include <bit>
#include <optional>

namespace gatehouse::track {

namespace {

// The first set bit at or after `from`, if any.
template <std::size_t words>
std::optional<std::uint32_t> next_bit(const std::array<std::uint64_t, words>& bits, std::uint32_t from) {
    for (std::uint32_t w = from / 64; w < words; ++w) {
        const std::uint64_t word = w == from / 64 ? bits[w] & ~std::uint64_t{0} << from % 64 : bits[w];
        if (word != 0) return w * 64 + static_cast<std::uint32_t>(std::countr_zero(word));
    }
    return {};
}

template <std::size_t words>
void set_bit(std::array<std::uint64_t, words>& bits, std::uint32_t at) {
    bits[at / 64] |= std::uint64_t{1} << at % 64;
}

template <std::size_t words>
void clear_bit(std::array<std::uint64_t, words>& bits, std::uint32_t at) {
    bits[at / 64] &= ~(std::uint64_t{1} << at % 64);
}

}  // namespace

Wheel::Wheel(Arena<Entry>& entries) : entries_(entries), slots_(slots) {}

void Wheel::mark(std::uint32_t slot) {
    set_bit(held_, slot);
    set_bit(held_words_, slot / 64);
}

void Wheel::unmark(std::uint32_t slot) {
    clear_bit(held_, slot);
    if (held_[slot / 64] == 0) clear_bit(held_words_, slot / 64);
}

void Wheel::arm(ConnIndex connection, Tick at) {
    const std::uint32_t i = index(connection);
    const std::uint32_t number = slot_of(at);
    Slot& slot = slots_[number];
    Cold& cold = entries_[i].cold();
    cold.armed = at.value;
    cold.next = none;
    cold.previous = slot.newest;
    if (slot.newest == none) {
        slot.oldest = i;
        mark(number);
    } else {
        entries_[slot.newest].cold().next = i;
    }
    slot.newest = i;
}

void Wheel::disarm(ConnIndex connection) {
    const Cold& cold = entries_[index(connection)].cold();
    const std::uint32_t number = slot_of({cold.armed});
    Slot& slot = slots_[number];
    (cold.previous == none ? slot.oldest : entries_[cold.previous].cold().next) = cold.next;
    (cold.next == none ? slot.newest : entries_[cold.next].cold().previous) = cold.previous;
    if (slot.oldest == none) unmark(number);
}

bool Wheel::seek(Tick end) {
    const std::uint32_t at = slot_of(cursor_);
    // In the word at hand, then by the words that aren't zero, round to the beginning.
    std::optional<std::uint32_t> found;
    if (const std::uint64_t word = held_[at / 64] >> at % 64; word != 0) {
        found = at + static_cast<std::uint32_t>(std::countr_zero(word));
    } else {
        auto w = at / 64 + 1 < held_.size() ? next_bit(held_words_, at / 64 + 1) : std::nullopt;
        if (!w) w = next_bit(held_words_, 0);
        if (w) found = *w * 64 + static_cast<std::uint32_t>(std::countr_zero(held_[*w]));
    }
    if (!found || end - cursor_ <= 0) {
        cursor_ = end;
        return false;
    }
    const Tick next = cursor_ + (*found - at) % slots * step;
    if (end - next <= 0) {
        cursor_ = end;
        return false;
    }
    cursor_ = next;
    return true;
}

}  // namespace gatehouse::track

// Which end of a connection is translated, where, and which bits of its status say so.
#pragma once
#include <cstdint>

#include "hook/hook.h"
#include "track/entry.h"

namespace gatehouse::nat {

// What a packet of the original direction gets another of. (Linux calls it a manip.)
enum class Manip : std::uint8_t { source, destination };

constexpr Manip opposite(Manip m) { return m == Manip::source ? Manip::destination : Manip::source; }

// Destinations change on the way in, before routing; sources on the way out.
constexpr Manip manip_at(Hook hook) {
    return hook == Hook::prerouting || hook == Hook::output ? Manip::destination : Manip::source;
}

// The connection's packets are changed so.
constexpr std::uint32_t changed_bit(Manip m) {
    return m == Manip::source ? track::status::source_nat : track::status::destination_nat;
}
// It has been decided whether they are.
constexpr std::uint32_t done_bit(Manip m) {
    return m == Manip::source ? track::status::source_nat_done : track::status::destination_nat_done;
}
constexpr std::uint32_t changed_bits = track::status::source_nat | track::status::destination_nat;

// The change that a packet of this direction needs where one of the original direction needs `m` is due to
// the other end.
constexpr Manip owed(Manip m, track::Direction direction) {
    return direction == track::Direction::original ? m : opposite(m);
}

}  // namespace gatehouse::nat

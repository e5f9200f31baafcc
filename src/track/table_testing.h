// Tuples and entries for tests of the connection table.
#pragma once
#include <cstdint>

#include "track/table.h"
#include "wire/protocol.h"

namespace gatehouse::track::testing {

// The n-th of a family's distinct UDP tuples, from an inner network to a server.
inline Tuple tuple_of(std::uint32_t n, Family family = Family::ipv4) {
    Tuple t{.ends = {static_cast<std::uint16_t>(1024 + n % 60'000), 53}, .family = family, .protocol = 17};
    if (is_v4(family)) {
        t.source = Address::v4(0x0a000000 + n / 60'000);
        t.destination = Address::v4(0xc0000201);
    } else {
        t.source = {{0x20010db8, 1, 0, n / 60'000}};
        t.destination = {{0x20010db8, 2, 0, 1}};
    }
    return t;
}

inline Tuple inverted(const Tuple& t) {
    Tuple r = t;
    r.source = t.destination;
    r.destination = t.source;
    r.ends = {t.ends.destination, t.ends.source};
    return r;
}

inline Tentative begin(Table& table, const Tuple& original, Zone zone = {}) {
    Finding why;
    return table.begin(original, inverted(original), {zone, zone}, why);
}

// In the table, for `lifetime`; none when it can't be.
inline ConnIndex make(Table& table, const Tuple& original, Nanoseconds lifetime = 30 * second) {
    const Tentative t = begin(table, original);
    if (t == Tentative::none) return ConnIndex::none;
    table.refresh(t, lifetime);
    return table.confirm(t).connection;
}

}  // namespace gatehouse::track::testing

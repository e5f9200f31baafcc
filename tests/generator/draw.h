// Random choices for the generator, and what the rules made of them: the values at whose edges packets are
// aimed. One thread's.
#pragma once
#include <algorithm>
#include <initializer_list>
#include <string>
#include <vector>

#include "base/random.h"
#include "wire/address.h"

namespace gatehouse::generator {

// The values that a ruleset's options ask about, each with its neighbours on both sides where it has any.
struct Edges {
    std::vector<std::uint32_t> ports, lengths, ttls, tos, icmp, spis, mss, tcp_flags, tcp_options;
    std::vector<std::string> texts;  // that string looks for, as bytes
    std::vector<std::uint8_t> protocols;
    std::vector<std::uint8_t> headers;               // IPv6's extension headers
    std::vector<std::vector<std::string>> stations;  // lists of addresses of a routing header
    // Packets are copied: Linux cuts a copy of a datagram anew, Gatehouse doesn't.
    bool copies = false;

    static void add(std::vector<std::uint32_t>& to, std::uint32_t value, std::uint32_t most) {
        if (value > 0) to.push_back(value - 1);
        to.push_back(value);
        if (value < most) to.push_back(value + 1);
    }
};

struct Draw {
    Random& random;
    Family family;
    Edges& edges;

    bool chance(unsigned percent) { return random.below(100) < percent; }
    std::uint32_t number(std::uint32_t low, std::uint32_t high) {
        const std::uint64_t count = std::uint64_t{high} - low + 1;
        return low + static_cast<std::uint32_t>(random() % count);
    }
    template <class T>
    const T& of(const std::vector<T>& all) {
        return all[random.below(static_cast<std::uint32_t>(all.size()))];
    }
    template <class T>
    T among(std::initializer_list<T> all) {
        return all.begin()[random.below(static_cast<std::uint32_t>(all.size()))];
    }
    std::string word(std::initializer_list<const char*> all) { return among(all); }
};

}  // namespace gatehouse::generator

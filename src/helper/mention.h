// Addresses and ports that one connection speaks of in its payload, and lengths that depend on how long they
// are written: what must be rewritten where addresses are translated.
//
// A helper that finds one says where it stands, what it denotes and how it is written. It never writes:
// without translation a mention is of no use, with it nat has the new endpoint and the formatter makes its
// text.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "wire/address.h"

namespace gatehouse::helper {

// Bytes of what was inspected.
struct Span {
    std::uint32_t at = 0;  // from Findings::origin
    std::uint32_t length = 0;

    std::uint32_t end() const { return at + length; }
    friend constexpr bool operator==(Span, Span) = default;
};

struct Endpoint {
    Family family = Family::ipv4;
    Address address{};
    std::uint16_t port = 0;  // of GRE: the call id

    friend constexpr bool operator==(const Endpoint&, const Endpoint&) = default;
};

// What a formatter is given: of an endpoint mention the new endpoint, of a length mention the new length.
struct Written {
    Endpoint endpoint{};
    std::uint32_t length = 0;
    std::uint8_t style = 0;  // the mention's own
};

// Writes it into `to`; returns how many bytes, 0 if it can't be written (then nothing may pass).
using Formatter = std::size_t (*)(const Written& what, MutableBytes to);
constexpr std::size_t longest_written = 64;

struct Mention {
    enum class Denotes : std::uint8_t {
        expected,  // where the connection of `expectation` will come to
        // An end of this connection, or somebody else: what equals an end is translated as that end is
        // (whoever the bytes go to must be able to reach it); any other stays.
        party,
        given,   // what the helper has put into `endpoint` for whom addresses are translated
        length,  // how many bytes `counted` has
    };
    // Which of the endpoint's parts are written there.
    enum class Part : std::uint8_t { both, address, port };

    Span span{};
    Denotes denotes{};
    Part part = Part::both;
    std::uint8_t expectation = 0;  // among those of the same findings
    std::uint8_t style = 0;        // of the formatter's choosing: a delimiter, a width
    Endpoint endpoint{};           // as it stands there; of a part, with the other part that it goes with
    Span counted{};                // of a length
    bool renewed = false;          // of a length: it is written though nothing changes, lest it be wrong
    Formatter write = nullptr;
};

}  // namespace gatehouse::helper

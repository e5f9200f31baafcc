// What addresses and ports become: the values of SNAT, DNAT, MASQUERADE and REDIRECT.
#pragma once
#include <optional>

#include "nat/range.h"
#include "rules/declaration.h"
#include "rules/value/address.h"

namespace gatehouse::rules {

// A range of ports, one port being a range of its own.
struct TranslatedPorts {
    PortRange range{};
    std::uint16_t base = 0;  // 0: none; else the port that the range's first one stands for
    friend constexpr bool operator==(const TranslatedPorts&, const TranslatedPorts&) = default;
};

struct Translation {
    std::optional<AddressRange> addresses;
    std::optional<TranslatedPorts> ports;
    friend bool operator==(const Translation&, const Translation&) = default;
};

nat::Range range_of(const Opt<TranslatedPorts>& ports, bool random);
nat::Range range_of(const Translation& to, bool random, bool persistent);

// What a target says when its connection got a mapping, or none.
constexpr Outcome outcome_of(Verdict bound) {
    return bound == Verdict::proceed ? Outcome::accept : Outcome::drop;
}

// Ports are kept only by rules for a protocol that has them, or ICMP's id (`-p`).
Result<void> check_ports(const Facts& facts);

namespace value {

// "1024", "ssh", "1024-2047", with `based` "1024-2047/80", too.
struct TranslatedPortsValue {
    using type = TranslatedPorts;
    static constexpr int word_count = 1;
    std::string_view metavar = "port[-port]";
    bool based = false;
    Result<type> read(Words, Family) const;
    void print(std::string& out, const type& value, Family) const;
};

// "192.0.2.1", "192.0.2.1-192.0.2.9", either with ":PORTS", or ":PORTS" alone. IPv6 addresses before ports
// stand in brackets.
struct TranslationValue {
    using type = Translation;
    static constexpr int word_count = 1;
    std::string_view metavar = "[address[-address]][:port[-port]]";
    bool based = false;
    Result<type> read(Words, Family) const;
    void print(std::string& out, const type& value, Family) const;
};

}  // namespace value
}  // namespace gatehouse::rules

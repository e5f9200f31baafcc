// ICMP and ICMPv6 types as rules write them: by name, or "type", "type/code", "type/code:code".
#pragma once
#include "rules/value.h"

namespace gatehouse::rules {

struct IcmpType {
    std::uint8_t type = 0;
    Range<std::uint8_t> codes{0, 255};
    friend constexpr bool operator==(const IcmpType&, const IcmpType&) = default;
};

namespace value {

// ICMPv6 for Family::ipv6. The beginning of a name will do if no other name begins so. Printed as numbers.
struct IcmpTypeValue {
    using type = IcmpType;
    static constexpr int word_count = 1;
    std::string_view metavar = "type[/code]";
    Result<type> read(Words, Family) const;
    void print(std::string& out, const type& value, Family) const;
    // As `iptables -L` shows it: " echo-request" or, for numbers, "type 8 code 0".
    void list(std::string& out, const type& value, bool inverted, Family family, bool numeric) const;
};

// IPv4's `any`: the type that stands for all of them.
constexpr std::uint8_t any_icmp_type = 255;

}  // namespace value
}  // namespace gatehouse::rules

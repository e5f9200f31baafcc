// The TOS octet (IPv6: traffic class) as rules write it: "value", "value/mask", or one of RFC 1349's names.
#pragma once
#include "rules/value.h"

namespace gatehouse::rules::value {

inline constexpr Name tos_names[] = {
    {"Minimize-Delay", 0x10}, {"Maximize-Throughput", 0x08}, {"Maximize-Reliability", 0x04},
    {"Minimize-Cost", 0x02},  {"Normal-Service", 0x00},
};
constexpr std::uint32_t tos_name_mask = 0x3f;  // the bits that a name speaks of

struct TosValue {
    using type = Masked;
    static constexpr int word_count = 1;
    std::string_view metavar = "value[/mask]";
    Result<type> read(Words, Family) const;
    void print(std::string& out, const type& value, Family) const;  // "0x10/0x3f"
};

// The name for these bits under tos_name_mask; "" if they have none.
std::string_view tos_name(const Masked& value);

}  // namespace gatehouse::rules::value

// Rates of packets as rules write them: "3/hour", "10/s", "5".
#pragma once
#include "rules/value.h"

namespace gatehouse::rules::value {

// Read into the period between packets, in seconds times `scale`, rounded down: rates whose period rounds to
// nothing are refused. Printed in the largest unit that shows the period best.
struct RateValue {
    using type = std::uint64_t;
    static constexpr int word_count = 1;
    std::uint64_t scale = 10'000;
    std::string_view metavar = "count[/unit]";
    Result<type> read(Words, Family) const;
    void print(std::string& out, const type& value, Family) const;
};

}  // namespace gatehouse::rules::value

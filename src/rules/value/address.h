// Ranges of addresses and hardware addresses as rules write them.
#pragma once
#include "rules/value.h"

namespace gatehouse::rules {

using AddressRange = Range<Address>;

namespace value {

// "10.0.0.1-10.0.0.9", or one address; a range that ends before it begins contains nothing.
struct AddressRangeValue {
    using type = AddressRange;
    static constexpr int word_count = 1;
    std::string_view metavar = "address[-address]";
    Result<type> read(Words, Family) const;
    void print(std::string& out, const type& value, Family) const;
};

// Six numbers of one or two hexadecimal digits, joined by colons; printed with two each.
struct MacValue {
    using type = Mac;
    static constexpr int word_count = 1;
    std::string_view metavar = "address";
    Result<type> read(Words, Family) const;
    void print(std::string& out, const type& value, Family) const;
};

}  // namespace value
}  // namespace gatehouse::rules

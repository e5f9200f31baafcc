// Ranges of addresses and hardware addresses as rules write them.
#pragma once
#include "rules/value.h"

namespace gatehouse::rules {

using AddressRange = Range<Address>;

// An address with the length of the network it stands for; its host bits may be set.
struct MaskedAddress {
    Address address{};
    std::uint8_t length = 0;
    friend constexpr bool operator==(const MaskedAddress&, const MaskedAddress&) = default;
};

namespace value {

// "10.0.0.1-10.0.0.9", or one address; a range that ends before it begins contains nothing.
struct AddressRangeValue {
    using type = AddressRange;
    static constexpr int word_count = 1;
    std::string_view metavar = "address[-address]";
    Result<type> read(Words, Family) const;
    void print(std::string& out, const type& value, Family) const;
};

// "10.0.0.0/8", "10.0.0.0/255.0.0.0", or an address alone; printed without the length when it is whole.
struct MaskedAddressValue {
    using type = MaskedAddress;
    static constexpr int word_count = 1;
    std::string_view metavar = "address[/length]";
    Result<type> read(Words, Family) const;
    void print(std::string& out, const type& value, Family) const;
};

// An address alone.
struct AddressValue {
    using type = Address;
    static constexpr int word_count = 1;
    std::string_view metavar = "address";
    Result<type> read(Words, Family) const;
    void print(std::string& out, const type& value, Family) const;
};

// A prefix length.
struct LengthValue {
    using type = std::uint32_t;
    static constexpr int word_count = 1;
    std::string_view metavar = "length";
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

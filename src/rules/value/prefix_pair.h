// What SNPT and DNPT share: two prefixes, and the address that one becomes under the other (RFC 6296).
#pragma once
#include <string>

#include "rules/declaration.h"
#include "rules/value/address.h"

namespace gatehouse::rules {

struct PrefixPair {
    Opt<MaskedAddress> from, to;
    friend bool operator==(const PrefixPair&, const PrefixPair&) = default;

    Result<void> check(const Facts&) const;
    void list(std::string& out, std::string_view target) const;
    // The address under the new prefix, with the word changed that keeps its checksum (RFC 6296, 3.2 to 3.5).
    // False where no word can be: then the address has no counterpart.
    bool map(Address& address) const;
    bool covers(const Address& address) const {
        return (address & prefix_mask(from->length)) == from->address;
    }
};

// Which address of a packet is mapped.
enum class Mapped : std::uint8_t { source, destination };
// Maps the packet's, and in a packet that an ICMPv6 error quotes the opposite one, if it is of the prefix.
Outcome map_prefix(Context& context, const PrefixPair& pair, Mapped which);

namespace value {

// "fd00:1::/48": a prefix of at most 64 bits, nothing set behind it; always printed with its length.
struct PrefixValue : MaskedAddressValue {
    std::string_view metavar = "prefix/length";
    Result<MaskedAddress> read(Words words, Family family) const;
    void print(std::string& out, const MaskedAddress& v, Family family) const;
};

}  // namespace value
}  // namespace gatehouse::rules

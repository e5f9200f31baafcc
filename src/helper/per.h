// ASN.1 values in the aligned variant of packed encoding (ITU-T X.691), read by tables: just as much of it as
// H.225.0 and H.245 need.
//
// A Type says how values are written; tables of them stand for a protocol's definitions. A field may carry a
// mark: then read() tells where the addresses in it stand, or, if the field is to be told, which number or
// alternative it has. Nothing else of a value is looked at, and what a later version of the protocol has
// added is passed over by the length that it carries.
#pragma once
#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "helper/findings.h"

namespace gatehouse::helper::per {

enum class Kind : std::uint8_t {
    null,
    boolean,
    integer,
    octets,      // OCTET STRING, and what is written like it: OBJECT IDENTIFIER, GeneralString
    bits,        // BIT STRING
    characters,  // character strings of known width
    sequence,
    sequence_of,
    choice,
    endpoint,  // a SEQUENCE of an address (OCTET STRING) and a port (INTEGER (0..65535))
    nested,    // an OCTET STRING in which a value of another type is encoded
    ends,      // nothing that follows is wanted: reading ends here, and well
};

struct Type;

struct Field {
    const Type* type = nullptr;  // nullptr: an addition that isn't wanted
    bool optional = false;
    std::uint8_t mark = 0;
    bool told = false;  // the mark is of its number, or its alternative: not of addresses in it
};

struct Type {
    Kind kind = Kind::null;
    bool extensible = false;
    std::uint8_t unit = 8;  // bits of a character, bytes of an endpoint's address
    // Of a number its range, of the others that of their size. Not bounded: from `low` on.
    bool bounded = false;
    std::uint32_t low = 0, high = 0;
    const Type* element = nullptr;
    std::span<const Field> fields{};  // or alternatives
    std::span<const Field> added{};   // behind the extension marker; there may be more of them
};

constexpr bool present = false, optional = true;

constexpr Type integer_of(std::uint32_t low, std::uint32_t high) {
    return {.kind = Kind::integer, .bounded = true, .low = low, .high = high};
}
constexpr Type octets_of(std::uint32_t low, std::uint32_t high) {
    return {.kind = Kind::octets, .bounded = true, .low = low, .high = high};
}
constexpr Type characters_of(std::uint8_t unit, std::uint32_t low, std::uint32_t high) {
    return {.kind = Kind::characters, .unit = unit, .bounded = true, .low = low, .high = high};
}
constexpr Type endpoint_of(std::uint8_t address_bytes, bool extensible) {
    return {.kind = Kind::endpoint, .extensible = extensible, .unit = address_bytes};
}
constexpr Type nested(const Type& inside) { return {.kind = Kind::nested, .element = &inside}; }
constexpr Type sequence_of(const Type& element) { return {.kind = Kind::sequence_of, .element = &element}; }
constexpr Type sequence(std::span<const Field> fields) { return {.kind = Kind::sequence, .fields = fields}; }
constexpr Type choice(std::span<const Field> alternatives) {
    return {.kind = Kind::choice, .fields = alternatives};
}
constexpr Type extensible(Type type, std::span<const Field> added = {}) {
    type.extensible = true;
    type.added = added;
    return type;
}

// What read() tells of a marked field.
struct Item {
    std::uint8_t mark = 0;
    std::uint8_t address_bytes = 0;  // 0: `number` is what is told
    std::uint32_t at = 0;            // where the address begins; the port (two bytes) follows on it
    std::uint32_t number = 0;        // or the alternative, those added counted on
};
constexpr std::size_t most_items = 96;
using Items = Bounded<Item, most_items>;

// Reads a value of the field's type from the beginning of `bytes`. False: it isn't one, or it doesn't end
// there, or there are more items than can be told. Lengths of 16,384 and more (which would come in pieces)
// aren't read.
bool read(Bytes bytes, const Field& field, Items& items);

}  // namespace gatehouse::helper::per

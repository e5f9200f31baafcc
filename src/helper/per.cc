#include "helper/per.h"

#include <algorithm>
#include <bit>

namespace gatehouse::helper::per {

namespace {

constexpr std::uint64_t octet_range = 256, largest_range = 65'536;

// Bits from a span, which are given only while there are any. What is asked of it after that is zero, and
// `good` false.
class Bits {
  public:
    // `offset`: where the bytes begin among those that items are counted in.
    Bits(Bytes bytes, std::size_t offset) : bytes_(bytes), offset_(offset) {}

    bool good() const { return good_; }
    void fail() { good_ = false; }
    bool enough(std::size_t bits) {
        good_ = good_ && bits <= 8 * bytes_.size() - at_;
        return good_;
    }
    // Up to 32 of them, the first the highest.
    std::uint32_t take(unsigned count) {
        if (!enough(count)) return 0;
        std::uint32_t value = 0;
        for (; count > 0; --count, ++at_) value = value << 1 | (bytes_[at_ / 8] >> (7 - at_ % 8) & 1u);
        return value;
    }
    void pass(std::size_t bits) {
        if (enough(bits)) at_ += bits;
    }
    // To the next octet.
    void align() { at_ = (at_ + 7) & ~std::size_t{7}; }
    // The octet that begins here, as items are counted.
    std::uint32_t place() const { return static_cast<std::uint32_t>(offset_ + at_ / 8); }
    // The next octets, apart.
    Bits part(std::size_t octets) {
        align();
        const std::size_t begin = at_ / 8;
        pass(8 * octets);
        return good_ ? Bits(bytes_.subspan(begin, octets), offset_ + begin) : Bits({}, 0);
    }

  private:
    Bytes bytes_;
    std::size_t offset_;
    std::size_t at_ = 0;  // in bits
    bool good_ = true;
};

// A whole number of a known range (X.691, 11.5.7).
std::uint32_t constrained(Bits& bits, std::uint32_t low, std::uint32_t high) {
    const std::uint64_t range = std::uint64_t{high} - low + 1;
    std::uint32_t number = 0;
    if (range < octet_range) {
        number = bits.take(static_cast<unsigned>(std::bit_width(range - 1)));
    } else if (range <= largest_range) {
        bits.align();
        number = bits.take(range == octet_range ? 8 : 16);
    } else {
        const auto octets = (static_cast<unsigned>(std::bit_width(range - 1)) + 7) / 8;
        const std::uint32_t length = constrained(bits, 1, octets);
        bits.align();
        number = bits.take(8 * length);
    }
    if (number > range - 1) bits.fail();
    return low + number;
}

// A length that isn't bounded (11.9.3.5 to 11.9.3.7).
std::uint32_t length_of(Bits& bits) {
    bits.align();
    const std::uint32_t first = bits.take(8);
    if (first < 0x80) return first;
    if (first >= 0xc0) bits.fail();
    return (first & 0x3f) << 8 | bits.take(8);
}

std::uint32_t size_of(Bits& bits, const Type& type) {
    if (!type.bounded || type.high >= largest_range) return length_of(bits);
    return type.low == type.high ? type.low : constrained(bits, type.low, type.high);
}

// A number that is likely to be small (11.6).
std::uint32_t small_number(Bits& bits) {
    if (bits.take(1) == 0) return bits.take(6);
    const std::uint32_t octets = length_of(bits);
    constexpr std::uint32_t most = 4;
    if (octets > most) bits.fail();
    return bits.good() ? bits.take(8 * octets) : 0;
}

// How the reading of a value ended.
enum class End : std::uint8_t { of_value, of_interest, malformed };

class Reader {
  public:
    explicit Reader(Items& items) : items_(items) {}

    End value(Bits& bits, const Field& field, std::uint8_t mark) {
        if (field.mark != 0 && !field.told) mark = field.mark;
        const Type& type = *field.type;
        switch (type.kind) {
            case Kind::null: break;
            case Kind::boolean: bits.pass(1); break;
            case Kind::integer: integer(bits, field); break;
            case Kind::octets: octets(bits, type); break;
            case Kind::bits: string(bits, 1, size_of(bits, type), type); break;
            case Kind::characters: string(bits, type.unit, size_of(bits, type), type); break;
            case Kind::sequence: return sequence(bits, type, mark);
            case Kind::sequence_of: return elements(bits, type, mark);
            case Kind::choice: return alternative(bits, field, mark);
            case Kind::endpoint: return endpoint(bits, type, mark);
            case Kind::nested: return opened(bits, {.type = type.element}, mark);
            case Kind::ends: return End::of_interest;
        }
        return bits.good() ? End::of_value : End::malformed;
    }

  private:
    void tell(const Item& item) { items_.add(item); }

    void integer(Bits& bits, const Field& field) {
        const Type& type = *field.type;
        if (!type.bounded) return bits.pass(std::size_t{8} * length_of(bits));
        const std::uint32_t number = constrained(bits, type.low, type.high);
        if (field.told && bits.good()) tell({.mark = field.mark, .number = number});
    }

    // Two octets at most, if just so many, aren't aligned (17.6, 17.7).
    static void octets(Bits& bits, const Type& type) {
        const std::uint32_t size = size_of(bits, type);
        const bool fixed = type.bounded && type.low == type.high;
        if (!fixed || size > 2) bits.align();
        bits.pass(std::size_t{8} * size);
    }

    // Nor are sixteen bits, if just so many, or fewer at any size (16.9 to 16.11, 30.5.6, 30.5.7).
    static void string(Bits& bits, unsigned unit, std::uint32_t size, const Type& type) {
        const std::size_t most = std::size_t{type.high} * unit;
        const bool fixed = type.low == type.high;
        constexpr std::size_t two_octets = 16;
        if (!type.bounded || most > two_octets || (most == two_octets && !fixed)) bits.align();
        bits.pass(std::size_t{size} * unit);
    }

    End endpoint(Bits& bits, const Type& type, std::uint8_t mark) {
        const bool extended = type.extensible && bits.take(1) != 0;
        bits.align();
        const std::uint32_t at = bits.place();
        constexpr std::size_t port_bytes = 2;
        bits.pass(8 * (type.unit + port_bytes));
        if (!bits.good()) return End::malformed;
        if (mark != 0) tell({.mark = mark, .address_bytes = type.unit, .at = at});
        return extended ? additions(bits, {}, mark) : End::of_value;
    }

    End sequence(Bits& bits, const Type& type, std::uint8_t mark) {
        const bool extended = type.extensible && bits.take(1) != 0;
        std::uint32_t there = 0;
        unsigned options = 0;
        for (const Field& field : type.fields) {
            if (!field.optional) continue;
            there |= bits.take(1) << options++;
        }
        options = 0;
        for (const Field& field : type.fields) {
            if (field.optional && (there >> options++ & 1u) == 0) continue;
            if (const End end = value(bits, field, mark); end != End::of_value) return end;
        }
        return extended ? additions(bits, type.added, mark) : End::of_value;
    }

    // A map of which there are, then each with its length (19.7 to 19.9).
    End additions(Bits& bits, std::span<const Field> wanted, std::uint8_t mark) {
        const std::uint32_t count = small_number(bits) + 1;
        constexpr std::uint32_t most = 64;
        if (count > most || !bits.enough(count)) return End::malformed;
        std::uint64_t there = 0;
        for (std::uint32_t i = 0; i < count; ++i) there |= std::uint64_t{bits.take(1)} << i;
        for (std::uint32_t i = 0; i < count; ++i) {
            const Field field = i < wanted.size() ? wanted[i] : Field{};
            if (field.type != nullptr && field.type->kind == Kind::ends) return End::of_interest;
            if ((there >> i & 1u) == 0) continue;
            if (const End end = opened(bits, field, mark); end != End::of_value) return end;
        }
        return End::of_value;
    }

    // A value that carries its length. What stands behind it within that length is no matter of ours.
    End opened(Bits& bits, const Field& field, std::uint8_t mark) {
        Bits inside = bits.part(length_of(bits));
        if (!bits.good()) return End::malformed;
        if (field.type == nullptr) return End::of_value;
        const End end = value(inside, field, mark);
        return end == End::malformed ? end : End::of_value;
    }

    End elements(Bits& bits, const Type& type, std::uint8_t mark) {
        const std::uint32_t count = size_of(bits, type);
        for (std::uint32_t i = 0; i < count && bits.good(); ++i) {
            if (const End end = value(bits, {.type = type.element}, mark); end != End::of_value) return end;
        }
        return bits.good() ? End::of_value : End::malformed;
    }

    End alternative(Bits& bits, const Field& field, std::uint8_t mark) {
        const Type& type = *field.type;
        const auto known = static_cast<std::uint32_t>(type.fields.size());
        const bool extended = type.extensible && bits.take(1) != 0;
        const std::uint32_t which = extended ? small_number(bits) : constrained(bits, 0, known - 1);
        if (!bits.good()) return End::malformed;
        if (field.told) tell({.mark = field.mark, .number = extended ? known + which : which});
        if (!extended) return value(bits, type.fields[which], mark);
        return opened(bits, which < type.added.size() ? type.added[which] : Field{}, mark);
    }

    Items& items_;
};

}  // namespace

bool read(Bytes bytes, const Field& field, Items& items) {
    Bits bits(bytes, 0);
    return Reader(items).value(bits, field, 0) != End::malformed && !items.lost();
}

}  // namespace gatehouse::helper::per

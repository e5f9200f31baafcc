// Addresses and prefixes of IPv4, IPv6 and Ethernet, with their text forms.
#pragma once
#include <array>
#include <bit>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace gatehouse {

enum class Family : std::uint8_t { ipv4 = 2, ipv6 = 10 };

constexpr bool is_v4(Family family) { return family == Family::ipv4; }
constexpr unsigned address_bits(Family family) { return is_v4(family) ? 32 : 128; }

// An IPv4 or IPv6 address: the words in host order, most significant first, so that words compare, mask and
// shift as numbers. An IPv4 address is words[0]; the other words are zero.
struct Address {
    std::array<std::uint32_t, 4> words{};

    static constexpr Address v4(std::uint32_t value) { return {{value, 0, 0, 0}}; }
    // From the bytes of a header: 4 or 16 of them.
    static Address load(const std::uint8_t* at, Family family) {
        Address a;
        a.words[0] = load_be32(at);
        if (!is_v4(family)) {
            for (unsigned i = 1; i < 4; ++i) a.words[i] = load_be32(at + 4 * i);
        }
        return a;
    }
    void store(std::uint8_t* at, Family family) const {
        store_be32(at, words[0]);
        if (!is_v4(family)) {
            for (unsigned i = 1; i < 4; ++i) store_be32(at + 4 * i, words[i]);
        }
    }

    constexpr bool is_unspecified() const { return (words[0] | words[1] | words[2] | words[3]) == 0; }

    friend constexpr auto operator<=>(const Address&, const Address&) = default;
    // Written out: as a default it would be a call of memcmp, on every packet's way.
    friend constexpr bool operator==(const Address& a, const Address& b) {
        const auto x = std::bit_cast<std::array<std::uint64_t, 2>>(a);
        const auto y = std::bit_cast<std::array<std::uint64_t, 2>>(b);
        return ((x[0] ^ y[0]) | (x[1] ^ y[1])) == 0;
    }
    friend constexpr Address operator&(Address a, const Address& b) {
        for (unsigned i = 0; i < 4; ++i) a.words[i] &= b.words[i];
        return a;
    }
};

// The mask of a prefix of `length` bits (0 to 32, or to 128).
constexpr Address prefix_mask(unsigned length) {
    Address m;
    for (unsigned i = 0; i < 4; ++i) {
        const unsigned bits = length > 32 * i ? length - 32 * i : 0;
        m.words[i] = bits >= 32 ? 0xffffffff : bits == 0 ? 0 : ~(0xffffffffu >> bits);
    }
    return m;
}

// A network: the bits of `address` past `length` are zero.
struct Prefix {
    Family family = Family::ipv4;
    Address address{};
    std::uint8_t length = 0;

    constexpr bool contains(const Address& a) const { return (a & prefix_mask(length)) == address; }
    friend constexpr bool operator==(const Prefix&, const Prefix&) = default;
};

struct Mac {
    std::array<std::uint8_t, 6> bytes{};

    static Mac load(const std::uint8_t* at) {
        Mac m;
        std::memcpy(m.bytes.data(), at, 6);
        return m;
    }
    void store(std::uint8_t* at) const { std::memcpy(at, bytes.data(), 6); }
    constexpr bool is_multicast() const { return (bytes[0] & 1) != 0; }
    constexpr bool is_broadcast() const {
        return bytes == std::array<std::uint8_t, 6>{255, 255, 255, 255, 255, 255};
    }
    friend constexpr auto operator<=>(const Mac&, const Mac&) = default;
    friend constexpr bool operator==(const Mac&, const Mac&) = default;
    // The address in a frame, without taking it out.
    bool stands_at(const std::uint8_t* at) const { return std::memcmp(at, bytes.data(), 6) == 0; }
};

// Numeric text only, as inet_pton takes it; a Mac as six hexadecimal pairs joined by colons.
std::optional<Address> parse_address(std::string_view text, Family family);
std::optional<Prefix> parse_prefix(std::string_view text);  // "10.0.0.0/8", "fd00::1"; host bits are cleared
std::optional<Mac> parse_mac(std::string_view text);

std::string to_string(const Address& address, Family family);
std::string to_string(const Prefix& prefix);
std::string to_string(const Mac& mac);  // lower case

}  // namespace gatehouse

#include "nat/embedding.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace gatehouse::nat {

namespace {

using Octets = std::array<std::uint8_t, 16>;
constexpr unsigned reserved_octet = 8;  // bits 64 to 71

Octets octets_of(const Address& address) {
    Octets octets;
    address.store(octets.data(), Family::ipv6);
    return octets;
}

// Calls visit(octet of the IPv6 address) for each of the IPv4 address's four, which make room for the
// reserved one.
template <class Visit>
void each_place(unsigned prefix_length, Visit&& visit) {
    unsigned at = prefix_length / 8;
    for (unsigned i = 0; i < 4; ++i, ++at) {
        if (at == reserved_octet) ++at;
        visit(at);
    }
}

struct Network {
    std::uint32_t address;
    unsigned length;
    constexpr bool has(std::uint32_t a) const { return (a ^ address) >> (32 - length) == 0; }
};

// RFC 6890: what isn't global. Documentation's networks are left out on purpose.
constexpr Network not_global[] = {
    {0x00000000, 8},   // "this network"
    {0x0a000000, 8},   // private
    {0x64400000, 10},  // shared by carriers
    {0x7f000000, 8},   // loopback
    {0xa9fe0000, 16},  // link-local
    {0xac100000, 12},  // private
    {0xc0000000, 24},  // IETF protocols
    {0xc0a80000, 16},  // private
    {0xc6120000, 15},  // benchmarks
    {0xe0000000, 4},   // multicast
    {0xf0000000, 4},   // reserved
};
constexpr Network nobodys[] = {{0x00000000, 8}, {0x7f000000, 8}, {0xe0000000, 4}, {0xf0000000, 4}};

bool is_among(std::span<const Network> networks, const Address& v4) {
    return std::ranges::any_of(networks, [&](const Network& n) { return n.has(v4.words[0]); });
}

}  // namespace

Result<Embedding> Embedding::make(const Address& prefix, unsigned length) {
    constexpr unsigned lengths[] = {32, 40, 48, 56, 64, 96};
    if (std::ranges::find(lengths, length) == std::end(lengths)) {
        return fail(fmt::format("a prefix of {} bits can't hold IPv4 addresses", length),
                    "RFC 6052 has prefixes of 32, 40, 48, 56, 64 and 96 bits");
    }
    if ((prefix & prefix_mask(length)) != prefix)
        return fail(
            fmt::format("{} has bits set behind its first {}", to_string(prefix, Family::ipv6), length));
    if (octets_of(prefix)[reserved_octet] != 0)
        return fail("bits 64 to 71 of the prefix must be zero (RFC 6052)");
    return Embedding(prefix, length);
}

Address Embedding::embed(const Address& v4) const {
    Octets octets = octets_of(prefix_);
    unsigned shift = 32;
    each_place(length_, [&](unsigned at) {
        shift -= 8;
        octets[at] = static_cast<std::uint8_t>(v4.words[0] >> shift);
    });
    return Address::load(octets.data(), Family::ipv6);
}

std::optional<Address> Embedding::extract(const Address& v6) const {
    const Octets octets = octets_of(v6);
    if ((v6 & prefix_mask(length_)) != prefix_ || octets[reserved_octet] != 0) return {};
    std::uint32_t v4 = 0;
    each_place(length_, [&](unsigned at) { v4 = v4 << 8 | octets[at]; });
    return Address::v4(v4);
}

bool Embedding::may_embed(const Address& v4) const { return !is_well_known() || !is_among(not_global, v4); }

bool is_host_address4(const Address& v4) { return !is_among(nobodys, v4); }

}  // namespace gatehouse::nat

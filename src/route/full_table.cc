#include "route/full_table.h"

#include <algorithm>
#include <array>
#include <unordered_set>

#include "base/random.h"
#include "route/table.h"

namespace gatehouse::route {

namespace {

struct Share {
    std::uint8_t length;
    std::uint16_t per_mille;
};

// Of a thousand prefixes in the global tables (potaroo.net, 2024), rounded.
constexpr Share shares4[] = {{8, 1},   {12, 1},  {13, 1},  {14, 2},  {15, 2},   {16, 14},  {17, 8},
                             {18, 14}, {19, 25}, {20, 44}, {21, 52}, {22, 117}, {23, 106}, {24, 613}};
constexpr Share shares6[] = {{20, 1},  {24, 2},  {28, 4},  {29, 25},  {32, 110}, {33, 10}, {34, 10}, {36, 30},
                             {38, 10}, {40, 80}, {42, 20}, {44, 110}, {46, 40},  {47, 18}, {48, 530}};

std::uint8_t draw_length(std::span<const Share> shares, Random& random) {
    unsigned at = random.below(1000);
    for (const auto& share : shares) {
        if (at < share.per_mille) return share.length;
        at -= share.per_mille;
    }
    return shares.back().length;
}

// An address in the space that is handed out: a first half that many share, the rest anything.
Address draw_address(Family family, Random& random) {
    if (is_v4(family)) return Address::v4((1 + random.below(223)) << 24 | random.next32() >> 8);
    constexpr std::array<std::uint32_t, 6> registries{0x20010000, 0x24000000, 0x26000000,
                                                      0x28000000, 0x2a000000, 0x2c000000};
    return {{registries[random.below(6)] | (random.next32() & 0x00ffffff), random.next32(), 0, 0}};
}

struct Hash {
    std::size_t operator()(const Prefix& p) const {
        const std::uint64_t a = std::uint64_t{p.address.words[0]} << 32 | p.address.words[1];
        return static_cast<std::size_t>((a ^ p.length) * 0x9e3779b97f4a7c15 >> 7);
    }
};

Address with_host_bits(const Prefix& prefix, Random& random) {
    Address a;
    const Address mask = prefix_mask(prefix.length);
    const unsigned words = is_v4(prefix.family) ? 1 : 4;
    for (unsigned i = 0; i < words; ++i)
        a.words[i] = prefix.address.words[i] | (random.next32() & ~mask.words[i]);
    return a;
}

}  // namespace

std::vector<Route> full_table(Family family, std::size_t count, std::uint64_t seed,
                              std::span<const Nexthop> nexthops) {
    Random random(seed);
    const std::span<const Share> shares = is_v4(family) ? std::span<const Share>(shares4) : shares6;
    std::unordered_set<Prefix, Hash> seen;
    seen.reserve(count);
    std::vector<Route> routes;
    routes.reserve(count);
    while (routes.size() < count) {
        Prefix prefix{family, {}, draw_length(shares, random)};
        // Three in four stand near an earlier one: holders announce several pieces of what they hold.
        const bool near = !routes.empty() && random.below(4) != 0;
        Address address = draw_address(family, random);
        if (near) {
            const Prefix& other = routes[random.below(static_cast<std::uint32_t>(routes.size()))].prefix;
            const unsigned shared = is_v4(family) ? 16 : 32;
            for (unsigned i = 0; i < 4; ++i) {
                const std::uint32_t mask = prefix_mask(shared).words[i];
                address.words[i] = (other.address.words[i] & mask) | (address.words[i] & ~mask);
            }
        }
        prefix.address = address & prefix_mask(prefix.length);
        if (!seen.insert(prefix).second) continue;
        const auto at = random.below(static_cast<std::uint32_t>(nexthops.size()));
        routes.push_back({.prefix = prefix, .nexthop = nexthops[at]});
    }
    return routes;
}

std::vector<Address> destinations_in(std::span<const Route> routes, std::size_t count, std::uint64_t seed) {
    Random random(seed);
    std::vector<Address> addresses(count);
    for (auto& a : addresses) {
        a = with_host_bits(routes[random.below(static_cast<std::uint32_t>(routes.size()))].prefix, random);
    }
    return addresses;
}

LookupFigures measure_lookup(Family family, std::size_t count, std::uint64_t seed, unsigned rounds,
                             double (*now)()) {
    std::vector<Nexthop> nexthops(64);
    for (unsigned i = 0; i < nexthops.size(); ++i) {
        nexthops[i].interface = static_cast<InterfaceId>(i % 4);
        nexthops[i].gateway = Address::v4(0xc0000200 + i);
        nexthops[i].has_gateway = true;
    }
    const auto routes = full_table(family, count, seed, nexthops);
    const auto addresses = destinations_in(routes, 65'536, seed + 1);
    LookupFigures figures;
    double start = now();
    Table table(family);
    table.insert_all(routes);
    figures.build_seconds = now() - start;
    figures.bytes = table.bytes();
    std::uint64_t sum = 0;
    double best = 0;
    for (unsigned round = 0; round <= rounds; ++round) {  // the first warms
        start = now();
        for (const auto& a : addresses) {
            const Alias* alias = table.find(a);
            sum += alias != nullptr ? index(alias->nexthop.interface) : 0u;
        }
        const double elapsed = now() - start;
        if (round == 1 || (round > 1 && elapsed < best)) best = elapsed;
    }
    // The sum is used, so that the look-ups can't be left out; it is never all ones.
    figures.nanoseconds = sum == ~std::uint64_t{0} ? 0 : best * 1e9 / 65'536;
    return figures;
}

}  // namespace gatehouse::route

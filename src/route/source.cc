// Own addresses, group membership, and the choice of a source address.
#include <algorithm>
#include <bit>

#include "route/router.h"

namespace gatehouse::route {

namespace {

constexpr Scope scope_of4(const Address& a) { return is_loopback4(a) ? Scope::host : Scope::universe; }

// The primary addresses of an interface: of each network the first.
template <class Visit>
bool each_primary4(const Interface& interface, Visit&& visit) {
    const auto& all = interface.addresses;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (!is_v4(all[i].family)) continue;
        const Prefix net{Family::ipv4, all[i].address & prefix_mask(all[i].length), all[i].length};
        const bool secondary =
            std::any_of(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(i), [&](const auto& b) {
                return is_v4(b.family) && b.length == net.length && net.contains(b.address);
            });
        if (!secondary && visit(all[i], net)) return true;
    }
    return false;
}

// The scope of a source address, on the scale of multicast scopes (ipv6_addr_src_scope).
unsigned scope_of6(const Address& a) {
    if (is_multicast6(a)) return multicast_scope6(a);
    if (is_link_local6(a) || a == loopback6) return 2;
    if (a.words[0] >> 22 == 0xfec0 >> 6) return 5;
    return 14;
}

// The labels of RFC 6724, section 2.1, as Linux numbers them.
unsigned label_of(const Address& a) {
    struct Row {
        Address prefix;
        std::uint8_t length;
        std::uint8_t label;
    };
    constexpr Row rows[] = {
        {loopback6, 128, 0},     {{{0, 0, 0xffff, 0}}, 96, 4}, {{}, 96, 3},
        {{{0x20010000}}, 32, 6}, {{{0x20010010}}, 28, 7},      {{{0x20020000}}, 16, 2},
        {{{0xfc000000}}, 7, 5},
    };
    for (const auto& row : rows) {
        if ((a & prefix_mask(row.length)) == row.prefix) return row.label;
    }
    return 1;
}

unsigned common_bits(const Address& a, const Address& b) {
    for (unsigned i = 0; i < 4; ++i) {
        if (const auto d = a.words[i] ^ b.words[i])
            return 32 * i + static_cast<unsigned>(std::countl_zero(d));
    }
    return 128;
}

// Higher is better, from the first rule that tells two apart (RFC 6724, section 5).
std::array<int, 6> merits(const InterfaceAddress& a, bool on_out, const Address& destination) {
    const int own = static_cast<int>(scope_of6(a.address)), wanted = static_cast<int>(scope_of6(destination));
    const auto orchid = [](const Address& x) { return x.words[0] >> 4 == 0x2001001; };
    return {a.address == destination,
            own >= wanted ? -own : own - 128,
            on_out,
            label_of(a.address) == label_of(destination),
            orchid(a.address) == orchid(destination),
            static_cast<int>(std::min<unsigned>(common_bits(a.address, destination), a.length))};
}

}  // namespace

bool Router::is_own(const Address& address, Family family, InterfaceId interface) const {
    if (is_v4(family) && interface == InterfaceId::none) return is_own4(address.words[0]);
    for (std::size_t i = 0; i < interfaces().size(); ++i) {
        const auto id = static_cast<InterfaceId>(i);
        if (interface != InterfaceId::none && interface != id) continue;
        if (!is_v4(family) && interfaces()[id].loopback && interfaces()[id].up && address == loopback6)
            return true;
        for (const auto& a : interfaces()[id].addresses) {
            if (a.family == family && a.address == address && (is_v4(family) || interfaces()[id].up))
                return true;
        }
    }
    return false;
}

bool Router::is_member(const Address& group, Family family, InterfaceId interface) const {
    if (is_v4(family)) return group.words[0] == 0xe0000001;
    constexpr Address all_nodes_here{{0xff010000, 0, 0, 1}}, all_nodes{{0xff020000, 0, 0, 1}};
    if (group == all_nodes || group == all_nodes_here) return true;
    if (tunables_[index(interface)].forwarding6) {
        // All-routers, of the interface, the link and the site.
        for (const std::uint32_t first : {0xff010000u, 0xff020000u, 0xff050000u}) {
            if (group == Address{{first, 0, 0, 2}}) return true;
        }
    }
    constexpr Address solicited{{0xff020000, 0, 1, 0xff000000}};
    if ((group & prefix_mask(104)) != solicited) return false;
    const auto asks_for = [&](const Address& a) { return ((a.words[3] ^ group.words[3]) & 0xffffff) == 0; };
    for (const auto& a : interfaces()[interface].addresses) {
        if (is_v4(a.family)) continue;
        if (asks_for(a.address)) return true;
        const bool anycast = tunables_[index(interface)].forwarding6 && a.length < 127;
        if (anycast && asks_for(a.address & prefix_mask(a.length))) return true;
    }
    return false;
}

Address Router::select_source(Family family, InterfaceId interface, const Address& destination) const {
    return is_v4(family) ? select_source4(interface, destination, Scope::universe)
                         : select_source6(interface, destination);
}

// inet_select_addr(): on the interface an address of the gateway's network, else its first; failing that the
// first of any interface.
Address Router::select_source4(InterfaceId interface, const Address& gateway, Scope scope) const {
    Address chosen;
    each_primary4(interfaces()[interface], [&](const InterfaceAddress& a, const Prefix& net) {
        if (scope_of4(a.address) > scope) return false;
        if (gateway.is_unspecified() || net.contains(gateway)) {
            chosen = a.address;
            return true;
        }
        if (chosen.is_unspecified()) chosen = a.address;
        return false;
    });
    if (!chosen.is_unspecified()) return chosen;
    for (const auto& other : interfaces()) {
        const bool found = each_primary4(other, [&](const InterfaceAddress& a, const Prefix&) {
            if (scope_of4(a.address) > scope) return false;
            chosen = a.address;
            return true;
        });
        if (found) break;
    }
    return chosen;
}

// ipv6_dev_get_saddr(). Among equals the address added last wins, as it stands first in Linux's lists.
Address Router::select_source6(InterfaceId interface, const Address& destination) const {
    const bool only_out =
        is_link_local6(destination) || (is_multicast6(destination) && scope_of6(destination) <= 2);
    Address chosen;
    std::array<int, 6> best{};
    for (std::size_t i = 0; i < interfaces().size(); ++i) {
        const auto id = static_cast<InterfaceId>(i);
        if (!interfaces()[id].up || (only_out && id != interface)) continue;
        std::vector<InterfaceAddress> candidates;
        for (const auto& a : interfaces()[id].addresses) {
            if (!is_v4(a.family) && !a.address.is_unspecified()) candidates.push_back(a);
        }
        if (interfaces()[id].loopback && candidates.empty())
            candidates.push_back({Family::ipv6, loopback6, 128});
        std::reverse(candidates.begin(), candidates.end());
        std::stable_sort(candidates.begin(), candidates.end(), [](const auto& a, const auto& b) {
            return scope_of6(a.address) > scope_of6(b.address);
        });
        for (const auto& a : candidates) {
            const auto merit = merits(a, id == interface, destination);
            if (!chosen.is_unspecified() && merit <= best) continue;
            chosen = a.address;
            best = merit;
        }
    }
    return chosen;
}

bool Router::reverse_path(const Key& key, const ReversePathOptions& options, bool loopback) const {
    if (loopback || (key.interface != InterfaceId::none && interfaces()[key.interface].loopback)) return true;
    return is_v4(key.family) ? reverse_path4(key, options) : reverse_path6(key, options);
}

}  // namespace gatehouse::route

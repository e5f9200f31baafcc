// Routing decisions as Linux makes them, for packets that arrive and packets that start here.
//
// A Router is read-only while packets flow and may be shared by any number of engines. To change it, copy it,
// change the copy, hand that to the engines between batches. A copy is cheap: the tables of both share every
// node that no change has touched, so one route more in a table of a million costs microseconds. Copies of
// one another are changed and destroyed by one thread (the control thread); readers need no lock.
#pragma once
#include <array>
#include <bit>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/error.h"
#include "hook/interfaces.h"
#include "packet/finding.h"
#include "route/descent.h"
#include "route/neighbours.h"
#include "route/rule.h"
#include "route/types.h"

namespace gatehouse::route {

// What an interface does with packets, under Linux's sysctl names (net.ipv4.conf.IF, net.ipv6.conf.IF).
struct InterfaceTunables {
    bool forwarding4 = true;
    bool forwarding6 = true;
    std::uint8_t rp_filter = 0;  // 0 off, 1 strict, 2 loose; the larger of conf.all's and conf.IF's
    bool accept_local = false;
    bool route_localnet = false;
    bool src_valid_mark = false;
    bool bc_forwarding = false;
    bool send_redirects = false;
};

// What is asked of a packet. In network order of thought: the addresses as they stand in its header now.
struct Key {
    Family family = Family::ipv4;
    Address source{};
    Address destination{};
    std::uint8_t tos = 0;  // the whole TOS or traffic class octet
    std::uint8_t protocol = 0;
    Mark mark{};
    InterfaceId interface = InterfaceId::none;  // input: where it came in; output: bound to (or none)
};

enum class Kind : std::uint8_t { drop, local, forward, broadcast, multicast };

// Where a packet goes.
//   local      to this host itself (output: over the loopback interface)
//   forward    out over `interface` (input: as a router; output: sent)
//   broadcast  input: to this host. output: out over `interface`, with a copy to this host
//   multicast  input: to this host, which has joined the group. output: out over `interface`
//   drop       `reason` says why; `type` tells blackhole, unreachable and prohibit apart
struct Decision {
    Kind kind = Kind::drop;
    RouteType type = RouteType::unspec;
    Reason reason{};                            // Reason::none
    InterfaceId interface = InterfaceId::none;  // local: the one that has the address
    TableId table = TableId::none;
    const Nexthop* nexthop = nullptr;  // as long as the Router lives; none for answers no route gave
    Address source{};                  // output: the source to use when the key had none; else the key's

    // Whom to ask the link for: the gateway, or the destination itself.
    const Address& next_hop(const Key& key) const {
        return nexthop != nullptr && nexthop->has_gateway ? nexthop->gateway : key.destination;
    }
};

struct ReversePathOptions {
    bool loose = false;
    bool validmark = false;
    bool accept_local = false;
};

// A set of RouteType, bit n for number n (xt_addrtype's mask).
using RouteTypeSet = std::uint16_t;
constexpr RouteTypeSet bit(RouteType type) {
    return static_cast<RouteTypeSet>(1u << static_cast<unsigned>(type));
}

class Router {
  public:
    // A router with these interfaces: their connected, local, broadcast, multicast and anycast routes, the
    // default rules, and default tunables. `interfaces` is copied.
    explicit Router(const Interfaces& interfaces);

    // Changes; on a copy that no engine uses.
    //
    // Routes go to the table that their next hop names, and TableId::none means what `ip route` would take:
    // local for local, broadcast and anycast routes, else main. Refused: a gateway that isn't reachable over
    // a link, an interface that doesn't exist or is down, a preferred source that isn't ours, and a route
    // that is there already (same prefix, table, TOS and metric).
    Result<void> add(Route route);
    // As add(), in place of the first route with the same prefix, table, TOS and metric, if there is one.
    Result<void> replace(Route route);
    // Many at once, into an empty table much faster than one by one. All or nothing.
    Result<void> add_all(std::span<const Route> routes);
    // Removes the first route with this prefix, table, TOS and (when given) metric, type, interface, gateway.
    Result<void> remove(const Route& route);
    Result<void> add(Rule rule);
    Result<void> remove(const Rule& rule);
    void set_tunables(InterfaceId interface, const InterfaceTunables& tunables);
    Neighbours& neighbours();  // to change them

    const Interfaces& interfaces() const { return shared_->interfaces; }
    const InterfaceTunables& tunables(InterfaceId interface) const { return tunables_[index(interface)]; }
    const Neighbours& neighbours() const { return *neighbours_; }
    const std::vector<Rule>& rules(Family family) const { return rules_[slot(family)]; }
    void for_each_route(Family family, const std::function<void(const Route&)>& visit) const;

    // Where destinations may be looked up ahead of packets' lives (Pathfinder). It holds for this router
    // only.
    Descent::Where where(Family family) const;

    // Where a packet goes that came in by key.interface (ip_route_input_slow, ip6_route_input). What was
    // looked up ahead is used if the destination is still the one it was looked up for.
    Decision input(const Key& key, const Descent* ahead = nullptr) const {
        return is_v4(key.family) ? input4(key, ahead) : input6(key, ahead);
    }
    // The decision for a packet that is passed on as most are, by a common route that was looked up ahead and
    // that says nothing of an MTU (under policy rules nothing is): what input() says of it, for less. `to`
    // must be as it was made. False, and `to` still so: ask input().
    [[gnu::always_inline]] bool input_plainly(const Packet& packet, InterfaceId in, const Descent& ahead,
                                              Decision& to) const {
        const Flat& flat = packet.flat;
        const Alias* const first = ahead.plain_of(flat.destination);
        if (first == nullptr) return false;
        // The interface does what all do that nobody has spoken of: it forwards, from any source but our own.
        if (std::bit_cast<std::uint64_t>(tunables_[index(in)]) != untold_) return false;
        if (!is_ordinary(flat.source, flat.family)) return false;
        if (is_v4(flat.family) && (custom_local_routes_ || is_own4(flat.source.words[0]))) return false;
        const Nexthop& n = first->nexthop;
        to.kind = Kind::forward;
        to.type = RouteType::unicast;
        to.interface = n.interface;
        to.table = n.table;
        to.nexthop = &n;
        return true;
    }
    // Where a packet goes that starts here; an unspecified source asks for one to be chosen, and one that
    // isn't this host's is taken as it is (ip_route_output_key with FLOWI_FLAG_ANYSRC, ip6_route_output).
    Decision output(const Key& key) const { return is_v4(key.family) ? output4(key) : output6(key); }

    // The MAC address of the decision's next hop, or nullptr when there is no static entry for it.
    const Mac* neighbour(const Decision& decision, Family family, const Address& destination) const {
        const Nexthop* nexthop = decision.nexthop;
        if (nexthop != nullptr && nexthop->neighbour_slot != no_neighbour_slot) {
            return neighbours_->at(nexthop->neighbour_slot);
        }
        return neighbours_->find(decision.interface, family, destination);
    }

    // What a packet that is sent on takes from the link and its gateway; nullptr when no gateway leads on.
    const Adjacency* adjacency(const Nexthop& nexthop) const {
        if (nexthop.neighbour_slot == no_neighbour_slot) return nullptr;
        return &neighbours_->adjacency(nexthop.neighbour_slot);
    }

    // An IPv4 address's type (inet_addr_type; with an interface inet_dev_addr_type: as if only that
    // interface's local routes were there). An IPv6 address's single most telling type.
    RouteType address_type(const Address& address, Family family,
                           InterfaceId interface = InterfaceId::none) const;
    // Is the address of one of these types, as xt_addrtype asks it? For IPv6 the types that a mask may name
    // overlap, and the answer follows match_type6.
    bool address_matches(const Address& address, Family family, RouteTypeSet types,
                         InterfaceId interface = InterfaceId::none) const;

    // Would an answer to this packet leave by the interface it came in by (xt_rpfilter, without its
    // inversion)? `loopback`: the packet came over a loopback interface or from this host.
    bool reverse_path(const Key& key, const ReversePathOptions& options, bool loopback = false) const;

    // Is it an address of this host? With an interface: one of that interface's.
    bool is_own(const Address& address, Family family, InterfaceId interface = InterfaceId::none) const;
    // Has this host joined the group on this interface? All-hosts (all-nodes, all-routers) and the
    // solicited-node groups of the interface's addresses.
    bool is_member(const Address& group, Family family, InterfaceId interface) const;
    // The source for packets to `destination` out over `interface` (inet_select_addr; RFC 6724 as Linux has
    // it). Unspecified when there is none.
    Address select_source(Family family, InterfaceId interface, const Address& destination) const;

    std::size_t routes(Family family) const;
    std::size_t bytes() const;  // of tables and neighbours

  private:
    struct Shared {
        Interfaces interfaces;
        InterfaceId loopback = InterfaceId::none;
        std::vector<std::uint32_t> own4;  // the host's IPv4 addresses, hashed; 0: empty
        std::uint32_t own4_mask = 0;
    };
    struct Named {
        TableId id;
        Table table;
    };
    // What a look-up ended with: a route, a refusal (blackhole, unreachable, prohibit; by a rule there is no
    // next hop), or unspec: no route.
    struct Found {
        RouteType type = RouteType::unspec;
        const Nexthop* nexthop = nullptr;
    };
    // How an IPv6 look-up takes the interface it is given.
    enum class Device : std::uint8_t {
        prefer,  // the best of the lowest metric (ip6_pol_route)
        strict,  // routes over others don't count
        first,   // the first over it, else the first (ip6_route_lookup)
    };

    static_assert(sizeof(InterfaceTunables) == sizeof(std::uint64_t));
    static constexpr auto untold_ = std::bit_cast<std::uint64_t>(InterfaceTunables{});

    static constexpr unsigned slot(Family family) { return is_v4(family) ? 0 : 1; }
    // With the default rules, IPv4's tables local and main are one, under the name of main, as in Linux.
    bool merged() const { return !custom_rules_[0]; }
    TableId stored_in(Family family, TableId id) const {
        return is_v4(family) && merged() && id == TableId::local ? TableId::main : id;
    }
    const Table* table(Family family, TableId id) const;
    Table& make_table(Family family, TableId id);
    const Table& main_table(Family family) const { return tables_[slot(family)].front().table; }

    // router.cc
    void put(const Prefix& prefix, const Nexthop& nexthop);
    void split();
    Result<void> admit(Route& route);
    Result<void> admit_gateway(Route& route);
    Result<void> add(Route route, Table::Mode mode);
    std::uint32_t neighbour_slot(const Nexthop& nexthop);
    // router_interfaces.cc
    void take_interfaces(const Interfaces& interfaces);
    void add_addresses4(InterfaceId id);
    void add_addresses6(InterfaceId id);
    // lookup.cc
    Found lookup4(const Flow& flow, Scope scope = Scope::universe) const;
    Found lookup6(const Flow& flow, InterfaceId device, Device mode, const Alias* ahead = nullptr) const;
    template <class InTable>
    Found walk_rules(Family family, const Flow& flow, InTable&& in_table) const;
    // decide4.cc, decide6.cc
    Found input_route4(const Key& key, const Alias* first) const;
    std::optional<Decision> input4_special(const Key& key) const;
    Decision input4_near(const Key& key, const Found& found) const;
    Decision input4(const Key& key, const Descent* ahead) const;
    Decision input4_broadcast(const Key& key) const;
    Decision input4_multicast(const Key& key) const;
    Decision output4(const Key& key) const;
    Decision output4_over(const Key& key, InterfaceId out, const Found& found, Address source) const;
    Reason validate_source4(const Key& key, InterfaceId out) const;
    Reason validate_source4_fully(const Key& key, InterfaceId out, unsigned rp_filter) const;
    Decision input6(const Key& key, const Descent* ahead) const;
    Decision output6(const Key& key) const;
    RouteTypeSet route_types6(const Address& address, InterfaceId interface) const;
    bool reverse_path4(const Key& key, const ReversePathOptions& options) const;
    bool reverse_path6(const Key& key, const ReversePathOptions& options) const;
    // source.cc
    [[gnu::always_inline]] bool is_own4(std::uint32_t address) const {
        const Shared& s = *shared_;
        std::uint32_t i = (address * 0x9e3779b1u) >> 16 & s.own4_mask;
        while (s.own4[i] != 0 && s.own4[i] != address) i = (i + 1) & s.own4_mask;
        return s.own4[i] != 0;
    }
    Address select_source4(InterfaceId interface, const Address& gateway, Scope scope) const;
    Address select_source6(InterfaceId interface, const Address& destination) const;

    std::shared_ptr<const Shared> shared_;
    std::array<std::vector<Named>, 2> tables_;  // the first of each is main
    std::array<std::vector<Rule>, 2> rules_;
    std::array<bool, 2> custom_rules_{};
    bool custom_local_routes_ = false;
    std::vector<InterfaceTunables> tunables_;
    std::shared_ptr<Neighbours> neighbours_;
};

}  // namespace gatehouse::route

// The engine's insides, shared by the files of this folder.
#pragma once
#include <algorithm>
#include <optional>

#include "defrag/reassembler.h"
#include "engine/emitter.h"
#include "engine/engine.h"
#include "helper/helpers.h"
#include "nat/nat.h"
#include "packet/parse_plain.h"
#include "route/pathfinder.h"
#include "stack/icmp_limit.h"

namespace gatehouse {

// What the route of a packet from here was chosen by. When mangle changes it in LOCAL_OUT, the route is asked
// for again.
struct RouteChoice {
    Address source{}, destination{};
    Mark mark{};
    std::uint8_t tos_or_hops = 0;   // IPv4's TOS, IPv6's hop limit
    std::uint32_t first_word6 = 0;  // IPv6: traffic class and flow label
    friend bool operator==(const RouteChoice&, const RouteChoice&) = default;
};
RouteChoice route_choice(const Packet& packet);

// What only packets that start here have.
struct Origin {
    // An answer to a neighbour goes back to this station when the link doesn't know it.
    InterfaceId back_by = InterfaceId::none;
    Mac back_to{};
    // A copy goes to this station rather than to its destination's, unless it is routed again.
    std::optional<Address> towards;
};

// A packet on its way, from its arrival or its making to its end. Made for each packet: kept small, and
// initialised member by member (as an aggregate it would be cleared as a block, at twice the cost).
struct Passage {
    Passage(Packet& packet, Services& services, Hook hook, InterfaceId in = InterfaceId::none)
        : context(packet, services, hook, in) {}

    Context context;
    route::Decision route{};
    const route::Descent* ahead = nullptr;  // on its way through receive(): what was looked up ahead
    // Through receive() and FORWARD in one go, and over a gateway: what it takes from the link.
    const route::Adjacency* adjacency = nullptr;
    Origin* origin = nullptr;  // it began at LOCAL_OUT

    Packet& packet() const { return context.packet; }
};

// Packets that are prepared for their lives together: as many as hide one another's cache misses.
struct Group {
    static constexpr std::size_t most = 8;

    std::size_t size = 0;
    std::array<Packet*, most> packets;
    std::array<Parsed, most> parsed;
    std::array<bool, most> plain;  // a good packet, for this station: there is no more to say
    std::array<route::Descent, most> routes;
    bool searching;  // for some of the routes
    std::array<track::Ahead, most> connections;
    track::Tracking* tracking = nullptr;  // nullptr where no connections are tracked

    std::span<route::Descent> descents() { return std::span(routes).first(size); }
};

// Of a packet that no packet of a device's brought about.
constexpr std::uint64_t no_cookie = ~std::uint64_t{0};

// The last stage of INPUT, which asks for a program that takes the packet.
constexpr std::string_view socket_stage = "socket";

struct Engine::Core final : defrag::Releaser, helper::Keeper {
    Core(Configuration configuration, World& world, Outlet& outlet);

    Configuration configuration;
    Outlet& outlet;
    Random random;
    EngineEmitter emitter;
    IcmpLimit icmp_limit;
    Services services;
    Order order;
    rules::Tables tables4{Family::ipv4}, tables6{Family::ipv6};
    route::Pathfinder pathfinder;
    WaitingRoom waiting;
    std::unique_ptr<track::Tracking> tracking;  // from the first rule on that needs it
    std::unique_ptr<nat::Nat> nat;              // from the first nat table with tracking on
    std::unique_ptr<helper::Helpers> helpers;   // from the first rule on that gives one
    std::array<bool, 2> tracked{}, translated{}, whole_by_wish{};  // IPv4, IPv6
    // What the rules of each family ask for; those that join the families ask it of both.
    struct Wishes {
        bool tracking = false, helpers = false, joins_families = false, datagrams = false;
    };
    std::array<Wishes, 2> wishes{};
    defrag::WholePool wholes;
    defrag::Reassembler fragments4, fragments6;
    std::optional<defrag::Reassembler> tracked_fragments6;  // once tracking has asked for it
    Packet* successor = nullptr;  // a datagram that the packet at hand made whole, until it goes on
    Time due;  // when the first of them may expire, or a segment that waits has waited enough
    // Those whose packets live, and those that are being prepared behind them (receive.cc).
    static constexpr std::size_t preparations = 6;
    std::array<Group, preparations + 2> groups;
    Packet* const* announced = nullptr;  // the batch whose first frames were asked for with the one before it
    Statistics statistics;
    Holder* holder = nullptr;

    const route::Router& router() const { return *services.router; }
    const Interface& interface(InterfaceId id) const { return (*services.interfaces)[id]; }
    rules::Tables& tables(Family family) { return is_v4(family) ? tables4 : tables6; }

    // engine.cc
    void place_base_chains(rules::Tables& tables);
    void track(Family family, const Wishes& of);
    void translate(Family family, bool tracked_now);
    void defragment(Family family);

    // receive.cc: the life of a packet.
    class Line;
    void read(Group& group, const Line& line, std::size_t number);
    static void step(Group& group, unsigned number);
    void look_up(Group& group);
    void live(Group& group);
    void arrive(Packet& packet, const Group& group, std::size_t place);
    void originate(Packet& packet, const EngineEmitter::Made* made);
    void send_off(Passage& passage);
    Address source_for(const Packet& packet, const Passage& passage, const EngineEmitter::Made* made) const;
    void live(Passage& passage, std::size_t row);
    void live_on(Passage& passage, std::size_t row);
    bool run_hook(Passage& passage, const Order::ByHook& hooks, std::size_t row);
    bool end_hook(Passage& passage, Verdict verdict, std::size_t row);
    bool run_and_reroute(Passage& passage, std::size_t row);

    // stages.h: what receive.cc's page calls, one a stage; stages.cc: what these leave to others.
    bool accept_unlike_most(Passage& passage, const Parsed& parsed);
    bool looped_back(const Passage& passage) const;
    bool is_heard_copy(const Passage& passage) const;
    bool route_arrival(Passage& passage);
    bool route_plainly(Passage& passage);
    bool find_plainly(Passage& passage);
    bool route_unlike_most(Passage& passage);
    void drain_emitted() {
        if (emitter.any_waiting()) send_emitted();
        if (tracking != nullptr) tracking->settle();
    }
    void send_emitted();
    bool reroute(Passage& passage, const RouteChoice& before);
    void deliver(Passage& passage);
    void pass_on(Passage& passage);
    void set_out(Passage& passage);
    void depart(Passage& passage);
    void depart_unlike_most(Passage& passage);
    const Mac* link_destination(const Passage& passage, Mac& room) const;
    Address next_hop(const Passage& passage) const;
    static bool must_be_cut(const Packet& packet, std::uint32_t mtu);
    void depart_in_fragments(Passage& passage, std::uint32_t mtu);
    void loop_back(Passage& passage);
    void hear_oneself(const Passage& passage);
    void trace_neighbour(const Passage& passage, const Mac* mac) const;
    void trace_route(const Passage& passage, bool again = false) const;

    // across.cc: packets that became ones of the other family.
    static std::size_t row_behind(std::span<const OrderRow> rows, const OrderRow& row);
    void go_on_across(Passage& passage, std::size_t row);
    bool to_be_cut(Passage& passage, std::size_t row);
    bool answer_across(Passage& passage, Sending& how);

    // reassembly.cc: fragments that wait, and the datagrams made of them.
    void track_fragments6();
    defrag::Reassembler& reassembler(Family family, defrag::Purpose purpose);
    Verdict gather(Context& context, defrag::Purpose purpose, std::uint16_t zone = 0);
    static Verdict gather_at_hook(void* core, std::uint32_t, Context& context);
    bool gather_local(Passage& passage);
    void succeed(const Passage& passage, std::size_t row);
    std::size_t socket_row() const;
    Passage passage_of(Packet& fragment, InterfaceId in, defrag::Purpose purpose);
    void absorbed(Packet& fragment, InterfaceId in, const defrag::Whole& whole) override;
    void dropped(Packet& fragment, InterfaceId in, defrag::Group group, const Finding& why) override;
    void expired(Packet& first, InterfaceId in, defrag::Group group) override;
    void expire_due();
    void discard_fragments();
    void settle_whole(Packet& packet, Completion completion);
    void each_reassembler(auto visit) {
        visit(fragments4);
        visit(fragments6);
        if (tracked_fragments6) visit(*tracked_fragments6);
    }

    // held.cc: segments that wait for their connection's helper.
    void move_held();
    void move_held(const helper::Move& move);
    void expire_held();
    void send_kept(Token token);
    Packet* reclaim(const Waiting& held);
    void end_held(const Waiting& held, const Finding& why);
    Packet* held_packet(Token token) override;
    bool make_own(Token token) override;

    // completion.cc: the ways a packet ends.
    void finish(Passage& passage, Disposition disposition);
    void drop(Passage& passage, Finding finding);
    void suspend(Passage& passage, std::size_t row);
    bool resume(Token token, const Resume& how);
    void go_on(const Waiting& held, const Resume& how);
    bool replace_network(Passage& passage, Bytes network);
    bool revalidate(Passage& passage);
    void expire(Time now);
    static bool is_ours(const Packet& packet);
    static Completion completion(const Context& context, Disposition disposition);
    void give_back(Packet& packet, const Completion& completion);
    void settle(Packet& packet, const Completion& completion);
    void settle_ours(Packet& packet, const Completion& completion);
    static void trace_end(const Context& context, Disposition disposition);
    void settle_generated(Packet& packet, const Completion& completion);
    void count_ended(Disposition disposition);

    void clock(Time now) {
        if (services.now < now) services.now = now;
        if (services.now >= due) [[unlikely]]
            expire_due();
    }
};

inline HookFamily family_of(const Packet& packet) {
    return is_v4(packet.flat.family) ? HookFamily::ip : HookFamily::ip6;
}
// What routing is asked by: the packet as it is now.
inline route::Key route_key(const Packet& packet, InterfaceId interface) {
    const Flat& flat = packet.flat;
    return {.family = flat.family,
            .source = flat.source,
            .destination = flat.destination,
            .tos = flat.tos,
            .protocol = flat.protocol,
            .mark = packet.mark,
            .interface = interface};
}

}  // namespace gatehouse

// The engine's insides, shared by the files of this folder.
#pragma once
#include "engine/emitter.h"
#include "engine/engine.h"
#include "packet/parse.h"
#include "stack/icmp_limit.h"

namespace gatehouse {

// A packet on its way, from its arrival or its making to its end.
struct Passage {
    Context context;
    route::Decision route{};
    bool local_out = false;  // it began at LOCAL_OUT
    // An answer to a neighbour goes back to this station when the link doesn't know it.
    InterfaceId back_by = InterfaceId::none;
    Mac back_to{};
    // What LOCAL_OUT's stages may change so that the route must be asked for again.
    Address source_before{}, destination_before{};
    Mark mark_before{};
    std::uint8_t tos_before = 0, ttl_before = 0;
    std::uint32_t flow_label_before = 0;

    Packet& packet() const { return context.packet; }
};

struct Engine::Core {
    Core(Configuration configuration, World& world, Outlet& outlet);

    Configuration configuration;
    Outlet& outlet;
    Random random;
    EngineEmitter emitter;
    IcmpLimit icmp_limit;
    Services services;
    Order order;
    rules::Tables tables4{Family::ipv4}, tables6{Family::ipv6};
    WaitingRoom waiting;
    Statistics statistics;
    Holder* holder = nullptr;

    const route::Router& router() const { return *configuration.router; }
    const Interface& interface(InterfaceId id) const { return router().interfaces()[id]; }
    rules::Tables& tables(Family family) { return is_v4(family) ? tables4 : tables6; }

    // engine.cc
    void place_base_chains(rules::Tables& tables);

    // receive.cc: the life of a packet.
    void arrive(Packet& packet, const Parsed& parsed);
    void originate(Packet& packet, const EngineEmitter::Made* made);
    Address source_for(const Packet& packet, const Passage& passage, const EngineEmitter::Made* made) const;
    void live(Passage& passage, std::size_t row);
    void drain_emitted();

    // stages.cc: what receive.cc's page calls, one a stage.
    bool run_hook(Passage& passage, std::size_t row);
    bool route_arrival(Passage& passage);
    bool reroute(Passage& passage);
    void deliver(Passage& passage);
    void depart(Passage& passage);
    void depart_in_fragments(Passage& passage, std::uint32_t mtu);
    void loop_back(Passage& passage);
    void remember_output(Passage& passage);
    void trace_route(const Passage& passage, bool again = false) const;

    // completion.cc: the ways a packet ends.
    void finish(Passage& passage, Disposition disposition);
    void drop(Passage& passage, Finding finding);
    void suspend(Passage& passage, std::size_t row);
    bool resume(Token token, const Resume& how);
    bool replace_network(Passage& passage, Bytes network);
    bool revalidate(Passage& passage);
    void expire(Time now);
    void settle(Packet& packet, const Completion& completion);

    void clock(Time now) {
        if (services.now < now) services.now = now;
    }
};

route::Key route_key(const Packet& packet, InterfaceId interface);

}  // namespace gatehouse

// The engine's public face: how it is made, told and asked.
#include "engine/engine.h"

#include <algorithm>
#include <fmt/format.h>
#include <limits>

#include "engine/core.h"
#include "packet/reason.h"
#include "packet/transport_sum.h"
#include "wire/protocol.h"
#include "wire/sctp.h"
#include "wire/udp.h"

namespace gatehouse {

namespace {

// A base chain's row in the order table.
struct BaseChain {
    static Verdict run(void* table, std::uint32_t chain, Context& context) {
        auto& live = *static_cast<rules::LiveTable*>(table);
        if (live.kind == rules::table_nat && !is_open(context)) return Verdict::proceed;
        return rules::evaluate(live, static_cast<rules::ChainId>(chain), context);
    }
    // The nat table sees a connection's first packet alone; without tracking, none.
    static bool is_open(const Context& context) {
        return context.services.nat != nullptr && context.services.nat->is_open(context);
    }
};

// The last stage of INPUT: a packet may have to wait for its program's word.
Verdict ask_for_socket(void*, std::uint32_t, Context& context) {
    // IPv6's fragments are put together first, behind INPUT.
    if (context.packet.generated || context.packet.flat.fragmented ||
        context.services.world->local_socket(context.packet) != Answer::wait) {
        return Verdict::proceed;
    }
    context.suspension = {.why = WaitFor::local_socket};
    return Verdict::suspend;
}

defrag::Limits fragment_limits(const Configuration& configuration, const FragmentTunables& tunables) {
    return {.timeout = tunables.time_s * second,
            .memory = tunables.high_thresh,
            .max_distance = configuration.tunables.ipfrag_max_dist,
            .fragments = configuration.fragments.fragments,
            .datagrams = configuration.fragments.datagrams};
}

// What verifying a packet's checksum leaves behind in Linux: SCTP's header is in one piece, and of UDP over
// IPv6 the sum of the whole packet is kept, which goes stale when its header changes.
void note_verification(Packet& packet) {
    if (packet.flat.protocol == wire::protocol::sctp) defrag::join_pieces(packet, wire::SctpView::header);
    const bool sum_kept = !is_v4(packet.flat.family) && packet.flat.protocol == wire::protocol::udp;
    if (sum_kept && wire::UdpView::parse(packet.transport()) && load_be16(packet.l4() + 6) != 0)
        packet.summed_header = transport_sum::changing_header6(packet);
}

Verdict track_packet(void* tracking, std::uint32_t, Context& context) {
    auto& connections = *static_cast<track::Tracking*>(tracking);
    const Verdict verdict = connections.track(context);
    const bool summed = context.hook == Hook::prerouting && connections.settings().verify_checksums &&
                        static_cast<track::Info>(context.packet.connection.info) != track::Info::untracked;
    if (summed) note_verification(context.packet);
    return verdict;
}
Verdict translate_packet(void* nat, std::uint32_t, Context& context) {
    return static_cast<nat::Nat*>(nat)->translate(context);
}
Verdict lead_to_helper(void* helpers, std::uint32_t, Context& context) {
    return static_cast<helper::Helpers*>(helpers)->inspect(context);
}
Verdict join_sides(void* tracking, std::uint32_t, Context& context) {
    return static_cast<track::Tracking*>(tracking)->join_sides(context);
}
Verdict confirm_connection(void* tracking, std::uint32_t, Context& context) {
    return static_cast<track::Tracking*>(tracking)->confirm(context);
}

}  // namespace

Engine::Core::Core(Configuration given, World& world, Outlet& to)
    : configuration(std::move(given)),
      outlet(to),
      random(configuration.seed),
      emitter(configuration.emit_limit),
      waiting(configuration.waiting),
      wholes(configuration.fragments.wholes),
      fragments4(defrag::Manner::ipv4, fragment_limits(configuration, configuration.tunables.fragments4),
                 random(), wholes),
      fragments6(defrag::Manner::ipv6_local,
                 fragment_limits(configuration, configuration.tunables.fragments6), random(), wholes),
      due{std::numeric_limits<Nanoseconds>::max()} {
    services = {.random = &random,
                .world = &world,
                .emitter = &emitter,
                .router = configuration.router.get(),
                .interfaces = &configuration.router->interfaces()};
    pathfinder.use(router());
    for (const HookFamily family : {HookFamily::ip, HookFamily::ip6}) {
        order.add({.family = family,
                   .hook = Hook::input,
                   .priority = priority::socket,
                   .name = std::string(socket_stage),
                   .run = ask_for_socket});
    }
    for (const Family family : {Family::ipv4, Family::ipv6}) track(family, {});
}

void Engine::Core::track_fragments6() {
    if (tracked_fragments6) return;
    tracked_fragments6.emplace(defrag::Manner::ipv6_tracking,
                               fragment_limits(configuration, configuration.tunables.tracked_fragments6),
                               random(), wholes);
}

Engine::Engine(Configuration configuration, World& world, Outlet& outlet)
    : core_(std::make_unique<Core>(std::move(configuration), world, outlet)) {}
Engine::~Engine() = default;

bool Engine::resume(Token token, const Resume& how) {
    const bool known = core_->resume(token, how);
    core_->drain_emitted();
    return known;
}

void Engine::advance(Time now) {
    core_->clock(now);
    core_->expire(core_->services.now);
    if (core_->tracking != nullptr) core_->tracking->advance(core_->services.now);
}

bool Engine::maintain() {
    // As many as a device of 10 million packets a second brings in 50 ms, should each open one.
    constexpr std::uint32_t connections_ahead = 524'288;
    return core_->tracking != nullptr && core_->tracking->table().maintain(connections_ahead);
}

bool Engine::reapply_nat(track::ScanCursor& cursor) {
    constexpr unsigned places_at_once = 4096;  // some tens of microseconds
    return core_->nat != nullptr && core_->nat->reapply(cursor, places_at_once);
}

void Engine::discard_fragments() { core_->discard_fragments(); }

void Engine::discard_waiting() {
    while (auto held = core_->waiting.any()) {
        core_->end_held(*held, {.reason = Reason::suspended_discarded});
    }
    core_->drain_emitted();
}

Verdict Engine::hook(Hook hook, Packet& packet, InterfaceId in, InterfaceId out, Finding& finding,
                     Decision& decision) {
    Context context(packet, core_->services, hook, in, out);
    core_->clock(packet.time);
    Verdict verdict = Verdict::proceed;
    for (const auto& row :
         core_->order.at(is_v4(packet.flat.family) ? HookFamily::ip : HookFamily::ip6, hook)) {
        if (row.run == &Core::gather_at_hook) continue;
        verdict = row.run(row.object, row.argument, context);
        if (verdict != Verdict::proceed) break;
    }
    // There is no way on which the other family's stages could follow.
    if (verdict == Verdict::crossed) verdict = Verdict::proceed;
    // Here nobody has a packet for a helper.
    if (verdict == Verdict::suspend && context.suspension.why == WaitFor::helper) {
        core_->helpers->entered(Token::none);
        verdict = Verdict::drop;
        context.finding = {.reason = Reason::helper_partial, .numbers = {packet.flat.l3_length}};
    }
    finding = context.finding;
    decision = context.decision;
    core_->drain_emitted();
    return verdict;
}

// A base chain's row in the order table for each base chain there is.
void Engine::Core::place_base_chains(rules::Tables& of) {
    const HookFamily family = is_v4(of.family()) ? HookFamily::ip : HookFamily::ip6;
    std::vector<OrderRow> rows;
    for (auto& table : of.all()) {
        for (std::size_t c = 0; c < table.chains.size(); ++c) {
            const auto& chain = table.chains[c];
            if (chain == nullptr || !chain->base) continue;
            std::int32_t at = chain->base->priority;
            if (configuration.raw_before_defrag && table.kind == rules::table_raw && at == priority::raw)
                at = priority::raw_before_defrag;
            rows.push_back(
                {.family = family,
                 .hook = chain->base->hook,
                 .priority = at,
                 .name = table.name,
                 .run = BaseChain::run,
                 .object = &table,
                 .argument = static_cast<std::uint32_t>(c),
                 .reroutes = chain->base->hook == Hook::output && table.kind == rules::table_mangle});
        }
    }
    order.exchange(family, BaseChain::run, std::move(rows));
}

// Tracking runs for a family while some rule of that family needs it. The connections stay when it ends,
// until their time is over.
void Engine::Core::track(Family family, const Wishes& of) {
    const bool wanted = of.tracking || of.joins_families || configuration.tracking.always;
    if (wanted && tracking == nullptr) {
        tracking = std::make_unique<track::Tracking>(configuration.tracking, configuration.seed);
        services.tracking = tracking.get();
    }
    tracked[is_v4(family) ? 0 : 1] = wanted;
    defragment(family);
    const HookFamily at = is_v4(family) ? HookFamily::ip : HookFamily::ip6;
    order.fill(at, "conntrack", wanted ? track_packet : nullptr, tracking.get());
    if (of.helpers && helpers == nullptr) {
        helpers = std::make_unique<helper::Helpers>(*tracking, configuration.helpers);
        helpers->set_keeper(this);
    }
    order.fill(at, "helper", wanted && helpers != nullptr ? lead_to_helper : nullptr, helpers.get());
    order.fill(at, "sequence-adjustment", wanted ? join_sides : nullptr, tracking.get());
    order.fill(at, "confirm", wanted ? confirm_connection : nullptr, tracking.get());
    translated[is_v4(family) ? 0 : 1] |= of.joins_families;
    translate(family, wanted);
}

// Translation begins with a family's first nat table. It goes on without one: connections keep their mapping.
void Engine::Core::translate(Family family, bool tracked_now) {
    const auto is_nat = [](const rules::LiveTable& table) { return table.kind == rules::table_nat; };
    bool& wanted = translated[is_v4(family) ? 0 : 1];
    wanted |= tracked_now && std::ranges::any_of(tables(family).all(), is_nat);
    if (wanted && nat == nullptr) {
        nat = std::make_unique<nat::Nat>(*tracking, configuration.nat, services);
        services.nat = nat.get();
    }
    const HookFamily at = is_v4(family) ? HookFamily::ip : HookFamily::ip6;
    const bool now = wanted && tracked_now;
    order.fill(at, "translate", now ? translate_packet : nullptr, nat.get());
    if (helpers != nullptr && nat != nullptr) helpers->set_translator(&nat->mentions());
}

namespace {

bool same_names(const Interfaces& a, const Interfaces& b) {
    return &a == &b || std::ranges::equal(a, b, {}, &Interface::name, &Interface::name);
}

}  // namespace

Result<void> Engine::apply(rules::Transaction& transaction) {
    if (!same_names(*transaction.interfaces(), core_->router().interfaces())) {
        return fail("the interfaces have changed since the transaction was prepared",
                    "prepare it again with the engine's interfaces");
    }
    for (const std::string& policy : transaction.timeout_policies()) {
        if (core_->configuration.tracking.policy(policy) == 0)
            return fail(fmt::format("there is no timeout policy `{}`", policy),
                        fmt::format("[timeout.{}] in the network's description makes it", policy));
    }
    rules::Tables& tables = core_->tables(transaction.family());
    if (auto done = tables.apply(transaction); !done) return done;
    if (transaction.moves_base_chains()) core_->place_base_chains(tables);
    core_->wishes[is_v4(transaction.family()) ? 0 : 1] = {.tracking = transaction.needs_tracking(),
                                                          .helpers = transaction.needs_helpers(),
                                                          .joins_families = transaction.joins_families(),
                                                          .datagrams = transaction.needs_datagrams()};
    const bool joined = std::ranges::any_of(core_->wishes, &Core::Wishes::joins_families);
    for (const Family family : {Family::ipv4, Family::ipv6}) {
        Core::Wishes of = core_->wishes[is_v4(family) ? 0 : 1];
        of.joins_families = joined;
        core_->track(family, of);
    }
    return {};
}

Result<void> Engine::install(const rules::Ruleset& ruleset) {
    auto transaction = ruleset.whole(interfaces());
    if (!transaction) return std::unexpected(std::move(transaction).error());
    return apply(*transaction);
}

std::shared_ptr<const Interfaces> Engine::interfaces() const {
    const auto& router = core_->configuration.router;
    return {router, &router->interfaces()};
}

void Engine::install(std::shared_ptr<const route::Router> router) {
    const bool renamed = !same_names(core_->router().interfaces(), router->interfaces());
    if (core_->nat != nullptr) core_->nat->forget_lost(core_->router().interfaces(), router->interfaces());
    core_->configuration.router = std::move(router);
    core_->services.router = core_->configuration.router.get();
    core_->pathfinder.use(core_->router());
    core_->services.interfaces = &core_->configuration.router->interfaces();
    if (!renamed) return;
    core_->tables4.repack(*core_->services.interfaces);
    core_->tables6.repack(*core_->services.interfaces);
}

void Engine::set_trace(TraceSink* sink) { core_->services.trace = sink; }
void Engine::set_log(LogSink* sink) { core_->services.log = sink; }
void Engine::set_holder(Holder* holder) { core_->holder = holder; }

rules::Tables& Engine::tables(Family family) { return core_->tables(family); }
const rules::Tables& Engine::tables(Family family) const { return core_->tables(family); }
const Order& Engine::order() const { return core_->order; }
const Statistics& Engine::statistics() const { return core_->statistics; }
const route::Router& Engine::router() const { return core_->router(); }
const WaitingRoom& Engine::waiting() const { return core_->waiting; }
track::Tracking* Engine::tracking() const { return core_->tracking.get(); }
const helper::Helpers* Engine::helpers() const { return core_->helpers.get(); }
const nat::Nat* Engine::nat() const { return core_->nat.get(); }

}  // namespace gatehouse

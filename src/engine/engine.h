// The engine: packets in, packets out, by the rules, routes and tunables it was given.
//
// One thread owns an engine and makes every call. The engine reads no clock, opens nothing, and draws no
// randomness of its own: time comes with each packet (and never goes back), the seed with the configuration,
// and what it must know of the world through World. The same input gives the same output, whatever the batch
// size.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/error.h"
#include "engine/outlet.h"
#include "engine/waiting.h"
#include "helper/settings.h"
#include "hook/order.h"
#include "hook/world.h"
#include "nat/settings.h"
#include "packet/reason.h"
#include "route/router.h"
#include "rules/ruleset.h"
#include "stack/tunables.h"
#include "track/tracking.h"

namespace gatehouse {

namespace helper {
class Helpers;
}

// How many fragments may wait for the rest of their datagrams. The bytes that they take, and the time, are
// tunables.
struct FragmentLimits {
    std::uint32_t fragments = 1024;  // of each family, and of IPv6 for tracking
    std::uint32_t datagrams = 1024;
    std::uint32_t wholes = 32;  // datagrams that were put together and haven't come to their end
};

struct Configuration {
    std::shared_ptr<const route::Router> router;  // interfaces, addresses, routes, neighbours
    Tunables tunables{};
    track::Settings tracking{};
    nat::Settings nat{};
    helper::Settings helpers{};
    WaitingLimits waiting{};
    FragmentLimits fragments{};
    std::uint32_t emit_limit = 256;  // packets of the engine's own that can wait to be sent
    std::uint64_t seed = 1;
    bool raw_before_defrag = false;  // the raw table at -450 rather than -300
};

// How often each thing happened.
struct Statistics {
    std::uint64_t received = 0;
    std::uint64_t forwarded = 0;
    std::uint64_t delivered = 0;
    std::uint64_t consumed = 0;
    std::uint64_t replaced = 0;
    std::uint64_t dropped = 0;
    std::uint64_t suspended = 0;
    std::uint64_t generated = 0;  // packets that the router made
    std::uint64_t sent = 0;       // of these, left
    std::array<std::uint64_t, static_cast<std::size_t>(Reason::count)> reasons{};
};

// What whoever held a packet says of it.
struct Resume {
    enum class Verdict : std::uint8_t {
        accept,  // go on behind the stage that held it
        repeat,  // through that stage once more
        stop,    // past every further stage of this hook
        drop,
    };
    Verdict verdict = Verdict::accept;
    std::optional<Mark> mark = {};
    std::optional<Bytes> network = {};  // the network packet, in place of the one that waits
};

// A suspended packet, as its holder is told of it.
class Holder {
  public:
    virtual ~Holder() = default;
    virtual void hold(Token token, const Packet& packet, const Waiting& waiting) = 0;
};

class Engine {
  public:
    Engine(Configuration configuration, World& world, Outlet& outlet);
    ~Engine();
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    // Packets from devices, in order. Each ends at Outlet::complete, at once or, if suspended, later.
    // `coming`: the batch after this one, if the device has it already. Its records and frames are asked for,
    // so that the next call finds them in the cache; nothing else is done with them.
    void receive(std::span<Packet* const> batch, std::span<Packet* const> coming = {});
    // Packets of this host's own programs: network packets without a link header; they pass LOCAL_OUT.
    void send(std::span<Packet* const> batch);
    // Goes on with a suspended packet. False: no packet waits under this token (any more).
    bool resume(Token token, const Resume& how);
    // Time passes with no packet: those that waited too long are dropped, suspended packets and fragments.
    void advance(Time now);
    // Makes memory ready for connections that packets may open, so that no packet's way has to: a little
    // (2 MiB of each kind at most) with each call, between batches. True: there is more to do.
    bool maintain();
    // Gives up every suspended packet.
    void discard_waiting();
    // Gives up every fragment that waits for the rest of its datagram.
    void discard_fragments();

    // Sends a packet through one hook alone, without routing (for embedders and NFQUEUE). The packet has been
    // parsed. Fragments are not put together: there is no way that a datagram could go on.
    Verdict hook(Hook hook, Packet& packet, InterfaceId in, InterfaceId out, Finding& finding,
                 Decision& decision);

    // Carries out a change of a family's tables (rules/change.h), all of it or nothing. It was prepared off
    // this thread; what is left to do here are splices and swaps. Refused: the rules or the interfaces aren't
    // those it was prepared from. What was replaced is in the transaction afterwards: give it back to
    // somebody who has the time to free it. Packets that wait go on under the rules as they then are.
    Result<void> apply(rules::Transaction& transaction);
    // Puts a family's tables in place of those there, whatever they were: prepares that here and applies it.
    // Refused, with every rule named, when a rule needs what this engine hasn't got (connection tracking).
    Result<void> install(const rules::Ruleset& ruleset);
    // Whether PREROUTING and OUTPUT put a family's fragments together, as they do where connections are
    // tracked. Off, unless told otherwise: then fragments pass as they come, and only this host's own are
    // put together.
    void defragment(Family family, bool on);
    // Lets the nat rules, as they are now, hold for the connections that are there (nat/nat.h, Nat::reapply):
    // marks some of them with each call, between batches. Begin with a fresh cursor; true: there is more to
    // do.
    bool reapply_nat(track::ScanCursor& cursor);
    // Takes another set of routes, neighbours and interfaces.
    void install(std::shared_ptr<const route::Router> router);

    void set_trace(TraceSink* sink);
    void set_log(LogSink* sink);
    void set_holder(Holder* holder);

    rules::Tables& tables(Family family);
    const rules::Tables& tables(Family family) const;
    const Order& order() const;
    const Statistics& statistics() const;
    const route::Router& router() const;
    // The router's interfaces, to prepare transactions with; any thread may keep them.
    std::shared_ptr<const Interfaces> interfaces() const;
    const WaitingRoom& waiting() const;
    // nullptr while no connection has ever been tracked.
    track::Tracking* tracking() const;
    // nullptr while no rule has ever given a connection a helper.
    const helper::Helpers* helpers() const;
    // nullptr while no connection has ever been translated.
    const nat::Nat* nat() const;

  private:
    struct Core;
    std::unique_ptr<Core> core_;
};

}  // namespace gatehouse

// Packets that wait for somebody's word: bounded in number, bytes and time.
//
// The engine's thread only. A token names one wait and is never used again.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <queue>
#include <string>
#include <unordered_map>

#include "hook/context.h"
#include "hook/token.h"
#include "route/router.h"

namespace gatehouse {

// A decision whose names outlive the rules that they came from.
struct KeptDecision {
    std::string table, chain;
    std::uint64_t rule = 0;
    Hook hook{};

    static KeptDecision of(const Decision& d) {
        return {std::string(d.table), std::string(d.chain), d.rule, d.hook};
    }
    // Good as long as this is.
    Decision view() const { return {table, chain, rule, hook}; }
};

// Where a packet stands between two stages, and all it needs to go on.
struct Waiting {
    Packet* packet = nullptr;
    std::uint32_t length = 0;  // when it came: whoever holds it may change it
    // `packet` is a copy of the engine's, to be sent more than once; the one that came stands here, until the
    // copy is sent first.
    bool kept = false;
    Packet* came = nullptr;
    Hook hook{};
    InterfaceId in = InterfaceId::none, out = InterfaceId::none;
    bool local_out = false;
    std::optional<Address> towards;  // of a copy
    // The row that held it: by its place while the order table is the same, else by priority and name.
    std::size_t row = 0;
    std::int32_t priority = 0;
    std::string stage;
    std::uint32_t order_generation = 0;
    std::shared_ptr<const route::Router> router;  // under which `route` was made
    route::Decision route{};
    std::uint16_t connection = 0;  // its connection's generation (track::Tracking::hold)
    Suspension suspension{};
    KeptDecision decision{};
    IpOptions options{};
    Time since{};
};

struct WaitingLimits {
    std::uint32_t packets = 1024;  // NFQUEUE's default queue length
    std::uint64_t bytes = 16u << 20;
};

class WaitingRoom {
  public:
    explicit WaitingRoom(WaitingLimits limits) : limits_(limits) {}

    // nullopt when the room is full.
    std::optional<Token> enter(Waiting waiting);
    // Takes the packet out; nullopt for a token that is unknown, used or expired.
    std::optional<Waiting> leave(Token token);
    // Takes out one whose patience has run out by `now`.
    std::optional<Waiting> expired(Time now);
    // Puts a copy in the place of the packet that waits, for so long from its coming. The token is known.
    void keep(Token token, Packet& copy, Nanoseconds patience);
    // The packet that came and is kept, to end it; nullptr if it has ended. The token is known.
    Packet* take_came(Token token);
    // Takes out any one.
    std::optional<Waiting> any();

    std::size_t size() const { return waiting_.size(); }
    const WaitingLimits& limits() const { return limits_; }
    // nullptr for a token that leave() wouldn't know.
    const Waiting* find(Token token) const;

  private:
    struct Deadline {
        Time at;
        std::uint64_t token;
        friend bool operator>(const Deadline& a, const Deadline& b) { return a.at > b.at; }
    };
    WaitingLimits limits_;
    std::uint64_t next_ = 1;
    std::uint64_t bytes_ = 0;
    std::unordered_map<std::uint64_t, Waiting> waiting_;
    std::priority_queue<Deadline, std::vector<Deadline>, std::greater<>> deadlines_;
};

}  // namespace gatehouse

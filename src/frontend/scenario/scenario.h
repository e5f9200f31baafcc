// A scenario file, read: the network, and what happens in it step by step (doc/scenarios.md).
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/time.h"
#include "frontend/scenario/fields.h"
#include "network/network.h"

namespace gatehouse::frontend::scenario {

// Puts a family's tables in place.
struct Load {
    Family family = Family::ipv4;
    std::string text;  // as iptables-save writes it
    std::string file;  // where it stands, for messages
};

// A packet that must leave.
struct Leaving {
    enum class Form : std::uint8_t {
        same,    // the packet that came in, forwarded, but for what is written
        router,  // made by the router: what is written is compared
        hex,     // this frame
    };
    std::string port;
    Form form = Form::same;
    Fields written;
    unsigned times = 1;
    int line = 0;
};

// What only the engine can say of the packet that came in.
struct Fate {
    std::string reason;        // "ttl-exceeded"; empty: not said
    std::string table, chain;  // who decided; empty: not said
    std::size_t rule = 0;      // 0: the policy
    int line = 0;
};

// Packets that come in, and what must come of them.
// A packet comes in, or time passes without one.
struct Arrival {
    std::string port;  // empty: none comes
    Fields packet;
    unsigned times = 1;
    Nanoseconds after = 0;  // since the step before
    bool judged = false;    // something is said of what leaves
    std::vector<Leaving> leaving;
    std::vector<Fate> fates;
    std::vector<std::string> logs;  // texts that the kernel log must hold; only the engine's is looked at
};

struct Expected {
    Family family = Family::ipv4;
    std::string table, chain;
    std::size_t rule = 0;  // 0: the policy
    std::string policy;    // "ACCEPT"; empty: not said
    std::uint64_t packets = 0;
    std::optional<std::uint64_t> bytes;
};

// The nat rules, as they are by then, are to hold for the connections that are there.
struct ReapplyNat {};

struct Step {
    int line = 0;
    std::variant<Load, Arrival, Expected, ReapplyNat> what;
};

struct Scenario {
    std::string file;
    std::string only_gatehouse;  // why; empty: the kernel can do all of it
    network::Network network;
    std::vector<Step> steps;
};

// Two legs: lan 10.0.1.1/24 and fd00:1::1/64, wan 192.0.2.1/24 and fd00:2::1/64, hosts .2 and .3 (::2, ::3)
// on each, default routes by 192.0.2.254 and fd00:2::fe.
network::Network default_network();

// `text` is the file's; rules that it names are read from beside it. Errors name file and line.
Result<Scenario> parse_scenario(std::string_view text, const std::string& file);
Result<Scenario> read_scenario(const std::string& file);

}  // namespace gatehouse::frontend::scenario

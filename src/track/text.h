// Connections and expectations as the conntrack program prints them, events as `conntrack -E -o extended`
// does, and connections and events as JSON.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "track/tracking.h"

namespace gatehouse::track {

// What is told of a connection: all that is known of one in the table, or what an event says of it.
struct Telling {
    const Entry& entry;
    std::optional<std::uint32_t> seconds{};  // that are left to it
    bool state = true;                       // its protocol's
    bool counters = false;
    bool mark = true;
    std::string_view helper{};
    Labels labels{};
    std::int64_t start = 0;  // nanoseconds since the Unix epoch; 0: not known
};

Telling telling_of(const Tracking& tracking, const Entry& entry);
Telling telling_of(const Tracking& tracking, const Event& event);

struct TextOptions {
    bool ids = true;  // of ICMP queries
};

// One line, without its end.
std::string to_text(const Telling& told, const TextOptions& options = {});
inline std::string to_text(const Tracking& tracking, const Entry& entry, const TextOptions& options = {}) {
    return to_text(telling_of(tracking, entry), options);
}
// The same with what happened before it: "[1700000000.123456]	    [NEW] ipv4 …".
std::string to_text(const Tracking& tracking, const Event& event);

// One object (doc/replay.md has the fields).
std::string to_json(const Telling& told);
std::string to_json(const Tracking& tracking, const Event& event);

// One line as of `conntrack -L expect`, but for the seconds left, which stand before it.
std::string to_text(const Tracking& tracking, const Expectation& expectation);
// As `conntrack -E expect -o timestamp` prints it.
std::string to_text(const ExpectationEvent& event);

}  // namespace gatehouse::track

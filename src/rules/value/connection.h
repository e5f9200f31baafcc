// What rules say of connections: states, statuses.
#pragma once
#include "rules/value/name_set.h"
#include "track/tracking.h"

namespace gatehouse::rules::value {

// Numbers of our own: nothing but rules uses them.
namespace connection_state {
constexpr std::uint32_t invalid = 1, fresh = 2, related = 4, established = 8, untracked = 16, snat = 32,
                        dnat = 64;
}
inline constexpr Name connection_states[] = {
    {"INVALID", connection_state::invalid},     {"NEW", connection_state::fresh},
    {"RELATED", connection_state::related},     {"ESTABLISHED", connection_state::established},
    {"UNTRACKED", connection_state::untracked}, {"SNAT", connection_state::snat},
    {"DNAT", connection_state::dnat},
};
// The one state in which a packet is. One that a template has been given for opens a connection.
constexpr std::uint32_t state_of(track::Info info) {
    switch (info) {
        case track::Info::fresh:
        case track::Info::templated: return connection_state::fresh;
        case track::Info::related: return connection_state::related;
        case track::Info::established: return connection_state::established;
        case track::Info::untracked: return connection_state::untracked;
        default: return connection_state::invalid;
    }
}
inline std::uint32_t state_of(const Packet& packet) {
    return state_of(static_cast<track::Info>(packet.connection.info));
}

// `-m state` knows the first five.
inline constexpr NameSet plain_states{
    .names = std::span(connection_states).first(5), .metavar = "state", .beginning = true};
inline constexpr NameSet all_states{.names = connection_states, .metavar = "state", .beginning = true};

}  // namespace gatehouse::rules::value

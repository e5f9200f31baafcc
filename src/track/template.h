// What CT says of a packet's connection before there is one.
#pragma once
#include <array>
#include <cstdint>

#include "packet/packet.h"
#include "track/tuple.h"

namespace gatehouse::track {

// A template's place in the list of those that rules have used.
enum class TemplateId : std::uint32_t {};

struct Template {
    Zone zone{};
    bool zone_of_mark = false;  // the packet's mark says the zone
    // For which directions the zone counts; the other's is 0.
    std::array<bool, 2> zone_for{true, true};
    // Its helper by its place among all_helper_names(), plus one; 0: none.
    std::uint16_t helper = 0;
    // Which changes are reported: bits of Linux's IPCT_* and IPEXP_*; when they are
    // limited.
    std::uint16_t events = 0, expectation_events = 0;
    bool limits_events = false;
    bool synproxy = false;             // the server's side of a handshake that SYNPROXY makes
    std::uint16_t timeout_policy = 0;  // its place in Settings::policies, plus one; 0: the default

    std::array<Zone, 2> zones(Mark mark) const {
        const Zone z = zone_of_mark ? Zone{static_cast<std::uint16_t>(mark.value)} : zone;
        return {zone_for[0] ? z : Zone{}, zone_for[1] ? z : Zone{}};
    }
    friend bool operator==(const Template&, const Template&) = default;
};

}  // namespace gatehouse::track

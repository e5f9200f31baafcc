// What is remembered of an SCTP association.
#pragma once
#include <cstdint>

namespace gatehouse::track {

// Linux's numbers (enum sctp_conntrack), which ctnetlink speaks.
enum class SctpPhase : std::uint8_t {
    none,
    closed,
    cookie_wait,
    cookie_echoed,
    established,
    shutdown_sent,
    shutdown_received,
    shutdown_ack_sent,
    heartbeat_sent,
    count,
};

struct SctpState {
    std::uint32_t tag[2]{};  // the verification tag that packets of a direction bear (RFC 9260, 8.5)
    SctpPhase phase = SctpPhase::none;
    // A heartbeat bore another tag: the direction it came in. Its acknowledgment may show the tag true.
    bool heartbeat_failed = false;
    std::uint8_t failed_direction = 0;
    bool init[2]{};  // an INIT was seen in this direction: both, when two of them cross
};

}  // namespace gatehouse::track

// What can be set about TCP tracking: names, meanings and defaults are those of Linux's sysctls
// net.netfilter.nf_conntrack_tcp_*, but for `pickup`, which is our own.
#pragma once
#include <cstdint>

namespace gatehouse::track::tcp {

// What becomes of the window check of a connection picked up in mid-stream, whose window scales nobody saw.
enum class PickupMode : std::uint8_t {
    learn,  // the scales are learnt from the traffic (tcp_pickup.h)
    linux,  // both sides stay liberal for good, as in Linux
};

struct Settings {
    bool be_liberal = false;          // only segments that fit no phase, and bad RSTs, are invalid
    bool loose = true;                // connections may be picked up in mid-stream
    std::uint8_t max_retrans = 3;     // so many retransmissions without an answer, and the timeout falls
    bool ignore_invalid_rst = false;  // an RST before what its receiver has acknowledged is still looked at
    PickupMode pickup = PickupMode::learn;
};

}  // namespace gatehouse::track::tcp

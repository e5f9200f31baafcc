// What is remembered of a TCP connection.
#pragma once
#include <cstdint>

namespace gatehouse::track {

// Linux's numbers (enum tcp_conntrack), which ctnetlink speaks.
enum class TcpPhase : std::uint8_t {
    none,
    syn_sent,
    syn_recv,
    established,
    fin_wait,
    close_wait,
    last_ack,
    time_wait,
    close,
    syn_sent2,  // simultaneous open
};

// What one side has sent and may send, all of it as seen here. The names are those of G. van Rooij, "Real
// Stateful TCP Packet Filtering in IP Filter".
struct TcpSide {
    std::uint32_t end = 0;         // the highest sequence number sent, plus one
    std::uint32_t max_end = 0;     // the highest that the other side allows: its ACK plus its window
    std::uint32_t max_window = 0;  // the largest window this side has offered, scaled; at least 1 once seen
    std::uint32_t max_ack = 0;     // the highest ACK this side has sent
};

struct TcpState {
    TcpSide side[2];
    // The last segment that counted, for telling retransmissions, and to decide on ignored SYNs.
    std::uint32_t last_seq = 0, last_ack = 0, last_end = 0;
    std::uint16_t last_window = 0;
    std::uint8_t flags[2]{};  // tcp_flag, by side
    // What this side's windows are shifted by: the least in the low nibble, the most in the high one. They
    // differ while the scale of a connection picked up in mid-stream is being learnt.
    std::uint8_t scale[2]{};
    TcpPhase phase = TcpPhase::none;
    std::uint8_t last_kind = 0;
    std::uint8_t retransmissions = 0;
    std::uint8_t last_flags = 0;
    std::uint8_t last_direction_and_scale = 0;
};

}  // namespace gatehouse::track

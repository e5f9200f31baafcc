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

// What a segment is to the phases, by its flags. Linux's numbers (enum tcp_bit_set), which its log speaks.
enum class TcpKind : std::uint8_t { syn, syn_ack, fin, ack, rst, none };

// Bits of TcpState::flags and last_flags. Linux's numbers (IP_CT_TCP_FLAG_*), which ctnetlink speaks.
namespace tcp_mark {
constexpr std::uint8_t window_scale = 0x01;    // this side offered to scale windows
constexpr std::uint8_t sack_permitted = 0x02;  // this side takes selective acknowledgments
constexpr std::uint8_t closed_first = 0x04;    // this side sent the first FIN
constexpr std::uint8_t liberal = 0x08;         // this side's segments needn't keep to the bounds
constexpr std::uint8_t unacknowledged = 0x10;  // this side has sent what the other hasn't acknowledged
constexpr std::uint8_t max_ack_set = 0x20;     // TcpSide::max_ack holds
// In last_flags alone:
constexpr std::uint8_t challenge_due = 0x40;  // the SYN let through may provoke a challenge ACK (RFC 5961, 4)
constexpr std::uint8_t simultaneous = 0x80;   // both sides sent a SYN
}  // namespace tcp_mark

// What one side has sent and may send, all of it as seen here, after G. van Rooij, "Real Stateful TCP Packet
// Filtering in IP Filter".
struct TcpSide {
    std::uint32_t end = 0;         // the highest sequence number sent, plus one
    std::uint32_t max_end = 0;     // the highest that the other side allows: its ACK plus its window
    std::uint32_t max_window = 0;  // the largest window this side has offered, scaled; 0 until it is seen
    std::uint32_t max_ack = 0;     // the highest ACK this side has sent
};

struct TcpState {
    TcpSide side[2];  // by the direction of what it sends
    // The last segment that counted, for telling retransmissions; or the last that was ignored, should its
    // answer show that it was good.
    std::uint32_t last_seq = 0, last_ack = 0, last_end = 0;
    std::uint16_t last_window = 0;  // unscaled
    std::uint8_t flags[2]{};        // tcp_mark, by side
    // What this side's windows are shifted by: the least in the low nibble, the most in the high one. They
    // differ while the scale of a connection picked up in mid-stream is being learnt.
    std::uint8_t scale[2]{};
    TcpPhase phase = TcpPhase::none;
    TcpKind last_kind = TcpKind::syn;
    std::uint8_t retransmissions = 0;  // of the last segment, in a row
    std::uint8_t last_flags = 0;       // tcp_mark, of an ignored SYN
    std::uint8_t last_scale = 0;       // of an ignored SYN
    std::uint8_t last_direction : 1 = 0;
    // Picked up in mid-stream, its scales being learnt: a tcp::Pickup goes with it.
    bool inferred : 1 = false;

    unsigned most_scale(unsigned side_index) const { return scale[side_index] >> 4; }
    unsigned least_scale(unsigned side_index) const { return scale[side_index] & 15u; }
    void set_scale(unsigned side_index, unsigned least, unsigned most) {
        scale[side_index] = static_cast<std::uint8_t>(most << 4 | least);
    }
    void set_scale(unsigned side_index, unsigned exact) { set_scale(side_index, exact, exact); }
};

}  // namespace gatehouse::track

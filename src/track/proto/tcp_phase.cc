#include "track/proto/tcp_phase.h"

#include "packet/tcp_names.h"

namespace gatehouse::track::tcp {

namespace {

constexpr Transition to(TcpPhase phase) { return {Verdict::accept, phase}; }

constexpr Transition ss = to(TcpPhase::syn_sent), s2 = to(TcpPhase::syn_sent2), sr = to(TcpPhase::syn_recv),
                     es = to(TcpPhase::established), fw = to(TcpPhase::fin_wait),
                     cw = to(TcpPhase::close_wait), la = to(TcpPhase::last_ack), tw = to(TcpPhase::time_wait),
                     cl = to(TcpPhase::close), ig = {Verdict::ignore}, iv = {Verdict::invalid};

constexpr std::size_t phases = 10, kinds = 5;

// A row a phase, in its order; a column a kind: SYN, SYN/ACK, FIN, ACK, RST.
constexpr Transition table[2][phases][kinds] = {
    {
        // In the original direction.
        {ss, iv, iv, es, iv},  // none: a SYN opens; an ACK is picked up in mid-stream
        {ss, iv, iv, iv, cl},  // SYN_SENT: a SYN again; the client has nothing to acknowledge yet
        {ig, sr, fw, es,
         cl},  // SYN_RECV: its ACK completes the handshake; the SYN/ACK of a simultaneous open
        {ig, iv, fw, es, cl},  // ESTABLISHED: a SYN is let through, for the server's answer to decide
        {ig, iv, la, cw, cl},  // FIN_WAIT: a second FIN, or the answer to the first
        {ig, iv, la, cw, cl},  // CLOSE_WAIT
        {ig, iv, la, tw, cl},  // LAST_ACK: the FIN again, or the last ACK
        {ss, iv, tw, tw, cl},  // TIME_WAIT: a SYN opens anew (RFC 9293, 3.6.1)
        {ss, iv, cl, cl, cl},  // CLOSE
        {s2, sr, iv, iv, cl},  // SYN_SENT2: the SYN again, or the SYN/ACK that answers the server's SYN
    },
    {
        // In the reply direction.
        {iv, iv, iv, iv, iv},  // none: never
        {s2, sr, iv, ig, cl},  // SYN_SENT: both may open at once; an ACK may tell of a half-open connection
        {iv, ig, fw, sr, cl},  // SYN_RECV: a SYN/ACK again; an ACK may answer a SYN sent again
        {iv, ig, fw, es, cl},  // ESTABLISHED
        {iv, ig, la, cw, cl},  // FIN_WAIT
        {iv, ig, la, cw, cl},  // CLOSE_WAIT
        {iv, ig, la, tw, cl},  // LAST_ACK
        {ss, ig, tw, tw, cl},  // TIME_WAIT: opened anew, the roles changed
        {iv, ig, cl, cl, cl},  // CLOSE
        {s2, sr, iv, ig, cl},  // SYN_SENT2
    },
};

}  // namespace

Transition transition(Direction direction, TcpPhase phase, TcpKind kind) {
    if (kind == TcpKind::none) return iv;
    return table[index(direction)][static_cast<unsigned>(phase)][static_cast<unsigned>(kind)];
}

Timeout timeout_of(TcpPhase phase) {
    if (phase == TcpPhase::none) return Timeout::tcp_syn_sent;
    return static_cast<Timeout>(static_cast<unsigned>(Timeout::tcp_syn_sent) + static_cast<unsigned>(phase) -
                                static_cast<unsigned>(TcpPhase::syn_sent));
}

std::string_view name(TcpPhase phase) { return tcp_phase_names[static_cast<unsigned>(phase)]; }
std::string_view name(TcpKind kind) { return tcp_kind_names[static_cast<unsigned>(kind)]; }

}  // namespace gatehouse::track::tcp

#include "track/proto/tcp_phase.h"

#include <gtest/gtest.h>
#include <sstream>

namespace gatehouse::track::tcp {
namespace {

// The table once more, the other way round: a row a kind, a column a phase, in the order of TcpPhase.
constexpr const char* expected[2][6] = {
    {
        "ss ss ig ig ig ig ig ss ss s2",  // SYN
        "iv iv sr iv iv iv iv iv iv sr",  // SYN/ACK
        "iv iv fw fw la la la tw cl iv",  // FIN
        "es iv es es cw cw tw tw cl iv",  // ACK
        "iv cl cl cl cl cl cl cl cl cl",  // RST
        "iv iv iv iv iv iv iv iv iv iv",  // none
    },
    {
        "iv s2 iv iv iv iv iv ss iv s2",
        "iv sr ig ig ig ig ig ig ig sr",
        "iv iv fw fw la la la tw cl iv",
        "iv ig sr es cw cw tw tw cl ig",
        "iv cl cl cl cl cl cl cl cl cl",
        "iv iv iv iv iv iv iv iv iv iv",
    },
};

std::string short_name(Transition t) {
    constexpr const char* phases[] = {"no", "ss", "sr", "es", "fw", "cw", "la", "tw", "cl", "s2"};
    if (t.verdict == Verdict::ignore) return "ig";
    if (t.verdict == Verdict::invalid) return "iv";
    return phases[static_cast<unsigned>(t.next)];
}

TEST(TcpPhase, EveryCell) {
    for (const auto direction : {Direction::original, Direction::reply}) {
        for (unsigned kind = 0; kind < 6; ++kind) {
            std::istringstream row(expected[index(direction)][kind]);
            for (unsigned phase = 0; phase < 10; ++phase) {
                std::string cell;
                row >> cell;
                const auto found =
                    transition(direction, static_cast<TcpPhase>(phase), static_cast<TcpKind>(kind));
                EXPECT_EQ(short_name(found), cell)
                    << name(static_cast<TcpKind>(kind)) << " in " << name(static_cast<TcpPhase>(phase));
            }
        }
    }
}

TEST(TcpPhase, TimeoutsAndNames) {
    struct Row {
        TcpPhase phase;
        Timeout timeout;
        std::string_view name;
    };
    constexpr Row rows[] = {
        {TcpPhase::none, Timeout::tcp_syn_sent, "NONE"},
        {TcpPhase::syn_sent, Timeout::tcp_syn_sent, "SYN_SENT"},
        {TcpPhase::syn_recv, Timeout::tcp_syn_recv, "SYN_RECV"},
        {TcpPhase::established, Timeout::tcp_established, "ESTABLISHED"},
        {TcpPhase::fin_wait, Timeout::tcp_fin_wait, "FIN_WAIT"},
        {TcpPhase::close_wait, Timeout::tcp_close_wait, "CLOSE_WAIT"},
        {TcpPhase::last_ack, Timeout::tcp_last_ack, "LAST_ACK"},
        {TcpPhase::time_wait, Timeout::tcp_time_wait, "TIME_WAIT"},
        {TcpPhase::close, Timeout::tcp_close, "CLOSE"},
        {TcpPhase::syn_sent2, Timeout::tcp_syn_sent2, "SYN_SENT2"},
    };
    for (const Row& row : rows) {
        EXPECT_EQ(timeout_of(row.phase), row.timeout) << row.name;
        EXPECT_EQ(name(row.phase), row.name);
    }
    EXPECT_EQ(name(TcpKind::syn_ack), "SYN/ACK");
}

}  // namespace
}  // namespace gatehouse::track::tcp

#include "track/eviction.h"

#include <gtest/gtest.h>

#include "wire/protocol.h"

namespace gatehouse::track {
namespace {

using namespace wire::protocol;

struct Case {
    const char* name;
    std::uint8_t protocol;
    std::uint32_t status;
    std::uint8_t phase;
    Cost cost;
};

constexpr std::uint32_t in = status::confirmed, replied = in | status::seen_reply,
                        assured = replied | status::assured;

constexpr Case cases[] = {
    {"tentative", udp, 0, 0, Cost::untouchable},
    {"dying", udp, in | status::dying, 0, Cost::untouchable},
    {"offloaded", udp, in | status::offload, 0, Cost::untouchable},
    {"udp unreplied", udp, in, 0, Cost::unreplied},
    {"udp replied", udp, replied, 0, Cost::replied},
    {"udp assured", udp, assured, 0, Cost::untouchable},
    {"tcp syn sent", tcp, in, 1, Cost::unreplied},
    {"tcp syn received", tcp, replied, 2, Cost::replied},
    {"tcp picked up, assured, unreplied", tcp, in | status::assured, 3, Cost::untouchable},
    {"tcp established", tcp, assured, 3, Cost::untouchable},
    {"tcp fin wait", tcp, assured, 4, Cost::closing},
    {"tcp close wait", tcp, assured, 5, Cost::closing},
    {"tcp last ack", tcp, assured, 6, Cost::closing},
    {"tcp time wait", tcp, assured, 7, Cost::closing},
    {"tcp close", tcp, assured, 8, Cost::closing},
    {"tcp simultaneous open", tcp, assured, 9, Cost::untouchable},
    {"sctp established", sctp, assured, 4, Cost::untouchable},
    {"sctp shutdown sent", sctp, assured, 5, Cost::closing},
    {"sctp shutdown ack sent", sctp, assured, 7, Cost::closing},
    {"sctp heartbeat", sctp, assured, 8, Cost::untouchable},
};

TEST(Eviction, CostsAsTheStateOfTheConnectionSays) {
    for (const Case& c : cases) {
        Entry e{.protocol = c.protocol, .status = c.status, .expiry = {1000}};
        if (c.protocol == tcp) e.state.tcp.phase = static_cast<TcpPhase>(c.phase);
        if (c.protocol == sctp) {
            e.state.sctp = {};
            e.state.sctp.phase = static_cast<SctpPhase>(c.phase);
        }
        EXPECT_EQ(cost_of_losing(e, {999}), c.cost) << c.name;
        if (c.cost != Cost::untouchable || (c.status & (status::dying | status::offload)) == 0) {
            const Cost over = (c.status & status::confirmed) != 0 ? Cost::nothing : Cost::untouchable;
            EXPECT_EQ(cost_of_losing(e, {1000}), over) << c.name;
        }
    }
}

}  // namespace
}  // namespace gatehouse::track

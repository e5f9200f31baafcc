// CONNSECMARK: from the packet to its connection, from the connection to a later packet.
#include <gtest/gtest.h>
#include <netinet/in.h>

#include "rules/match/testing.h"
#include "track/tracking.h"

namespace gatehouse::rules {
namespace {

using testing::Frame;
using testing::hex;
using testing::read_target;
using testing::Runner;

class ConnSecMark : public ::testing::TestWithParam<Family> {
  protected:
    // The mark of a packet that came with `mark`, behind the target.
    std::uint32_t pass(std::string_view option, std::uint32_t mark) {
        Frame frame(GetParam(), {.protocol = IPPROTO_UDP}, hex("03e8003500080000"));
        frame.packet.checksum = ChecksumState::good;
        frame.packet.security_mark = mark;
        Context context(frame.packet, services, Hook::prerouting);
        tracking.track(context);
        auto target = read_target("CONNSECMARK", option, {.family = GetParam(), .table = "mangle"});
        EXPECT_TRUE(target) << target.error().text();
        EXPECT_EQ(Runner(std::move(*target))(context), StepResult::next);
        connections = tracking.security_mark(*tracking.seen(frame.packet).entry);
        tracking.confirm(context);
        tracking.settle();
        return frame.packet.security_mark;
    }

    track::Tracking tracking{{.limits = {.entries = 10}}, 1};
    Services services{.now = {1000 * second}, .tracking = &tracking};
    std::uint32_t connections = 0;
};
INSTANTIATE_TEST_SUITE_P(Families, ConnSecMark, ::testing::Values(Family::ipv4, Family::ipv6),
                         [](const auto& row) { return is_v4(row.param) ? "v4" : "v6"; });

TEST_P(ConnSecMark, IsSavedOnceAndRestoredWhereThereIsNone) {
    EXPECT_EQ(pass("--restore", 0), 0u);
    EXPECT_EQ(pass("--save", 0), 0u);
    EXPECT_EQ(connections, 0u);
    EXPECT_EQ(pass("--save", 7), 7u);
    EXPECT_EQ(connections, 7u);
    EXPECT_EQ(pass("--save", 8), 8u);
    EXPECT_EQ(connections, 7u);
    EXPECT_EQ(pass("--restore", 0), 7u);
    EXPECT_EQ(pass("--restore", 9), 9u);
    EXPECT_EQ(connections, 7u);
}

}  // namespace
}  // namespace gatehouse::rules

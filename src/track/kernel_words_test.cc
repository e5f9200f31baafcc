// The kernel's words, as it logged them for packets of these kinds.
#include "track/kernel_words.h"

#include <gtest/gtest.h>

#include "wire/protocol.h"

namespace gatehouse::track {
namespace {

namespace protocol = wire::protocol;

TEST(KernelWords, AreThoseOfEachProtocol) {
    const auto says = [](std::uint8_t number, Reason reason) {
        return kernel_says(number, {.reason = reason});
    };
    EXPECT_EQ(says(protocol::icmp, Reason::l4_bad_checksum), "bad hw icmp checksum");
    EXPECT_EQ(says(protocol::icmp, Reason::track_icmp_type), "invalid icmp type");
    EXPECT_EQ(says(protocol::icmpv6, Reason::l4_bad_checksum), "ICMPv6 checksum failed");
    EXPECT_EQ(says(protocol::udp, Reason::l4_bad_checksum), "bad checksum");
    EXPECT_EQ(says(protocol::udplite, Reason::track_bad_length), "invalid checksum coverage");
    EXPECT_EQ(says(protocol::sctp, Reason::l4_bad_checksum), "nf_ct_sctp: bad CRC ");
    EXPECT_EQ(says(protocol::tcp, Reason::tcp_bad_flags), "invalid tcp flag combination");
}

TEST(KernelWords, AreOursWhereItSaysNothing) {
    const Finding unasked{.reason = Reason::track_icmp_unasked, .numbers = {0}};
    EXPECT_EQ(kernel_says(protocol::icmp, unasked), "");
    EXPECT_EQ(kernel_words(protocol::icmp, unasked), words(unasked.reason, unasked.numbers));
    // A TCP header that isn't there, and one whose options aren't.
    EXPECT_EQ(kernel_says(protocol::tcp, {.reason = Reason::l4_truncated, .numbers = {6, 6, 20}}), "");
    EXPECT_EQ(kernel_says(protocol::tcp, {.reason = Reason::l4_truncated, .numbers = {6, 22, 24}}),
              "truncated packet");
}

}  // namespace
}  // namespace gatehouse::track

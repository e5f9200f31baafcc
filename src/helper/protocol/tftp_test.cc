#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "helper/testing.h"
#include "wire/protocol.h"

namespace gatehouse::helper {
namespace {

using testing::client;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::server;

struct Tftp : testing::Talk {
    explicit Tftp(Family family = Family::ipv4, std::uint16_t port = 40'000)
        : Talk("tftp", wire::protocol::udp, family, {}, port, 69) {}
};
std::string_view read_request() { return {"\0\1file\0octet\0", 13}; }

TEST(Tftp, ExpectsTheAnswerFromAnyPort) {
    Tftp talk;
    EXPECT_TRUE(talk.say(client, read_request()));
    EXPECT_THAT(talk.expected(), ElementsAre("udp 192.0.2.2:* > 10.0.1.2:40000"));
    Tftp six(Family::ipv6);
    six.say(client, {"\0\2file\0octet\0", 13});
    EXPECT_THAT(six.expected(), ElementsAre("udp 2001:db8::2:* > 2001:db8::1:40000"));
}

TEST(Tftp, ExpectsNothingOfOtherPackets) {
    Tftp talk;
    for (const std::string_view other : {std::string_view("\0\3\0\1data", 8), std::string_view("\0", 1),
                                         std::string_view("\1\0file\0octet\0", 13)})
        EXPECT_TRUE(talk.say(client, other));
    EXPECT_THAT(talk.expected(), IsEmpty());
}

TEST(Tftp, ARequestSentAgainIsTheSame) {
    Tftp talk;
    talk.say(client, read_request());
    talk.say(client, read_request());
    EXPECT_THAT(talk.expected(), ::testing::SizeIs(1));
}

// The port is in use already: it opens nothing.
TEST(Tftp, TakesAPortBelow1024) {
    Tftp talk(Family::ipv4, 700);
    talk.say(client, read_request());
    EXPECT_THAT(talk.expected(), ElementsAre("udp 192.0.2.2:* > 10.0.1.2:700"));
}

}  // namespace
}  // namespace gatehouse::helper

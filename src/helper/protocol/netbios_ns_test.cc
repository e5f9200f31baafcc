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

constexpr InterfaceAddress own{Family::ipv4, Address::v4(0x0a000101), 24};
constexpr Address everybody = Address::v4(0x0a0001ff);

struct NetbiosNs : testing::Talk {
    NetbiosNs() : Talk("netbios-ns", wire::protocol::udp, Family::ipv4, {}, 40'000, 137) { leave_by(own); }
};

TEST(NetbiosNs, ExpectsWhoeverIsOnTheNetwork) {
    NetbiosNs talk;
    talk.ask(everybody);
    talk.say(client, "question");
    EXPECT_THAT(talk.expected(), ElementsAre("udp 10.0.1.0:137 > 10.0.1.2:40000 permanent"));
    EXPECT_EQ(talk.tracking.seconds_left(talk.entry()), 3u);
    talk.pass(4 * second);
    talk.end();
    EXPECT_THAT(talk.expected(), IsEmpty());
}

TEST(NetbiosNs, ExpectsNobodyOfOtherQuestions) {
    NetbiosNs one;
    one.say(client, "question");
    EXPECT_THAT(one.expected(), IsEmpty()) << "a single host is asked";
    NetbiosNs another;
    another.ask(Address::v4(0x0a0002ff));
    another.say(client, "question");
    EXPECT_THAT(another.expected(), IsEmpty()) << "another network's broadcast address";
    testing::Talk elsewhere("netbios-ns", wire::protocol::udp, Family::ipv4, {}, 40'000, 137);
    elsewhere.ask(everybody);
    elsewhere.say(client, "question");
    EXPECT_THAT(elsewhere.expected(), IsEmpty()) << "no interface of ours is on it";
}

}  // namespace
}  // namespace gatehouse::helper

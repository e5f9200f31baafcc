#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "helper/h323_testing.h"
#include "helper/testing.h"

namespace gatehouse::helper {
namespace {

using testing::client;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::server;
namespace messages = h323::testing;

// An endpoint, and its gatekeeper.
struct Registration : testing::Talk {
    explicit Registration(Settings settings = {})
        : Talk("RAS", wire::protocol::udp, Family::ipv4, settings, 1719, 1719) {}
    void hear(track::Direction who, std::string_view message) { say(who, messages::octets(message)); }
    std::uint32_t seconds_left() {
        std::uint32_t left = 0;
        tracking.expectations().visit_all([&](track::ExpectationIndex, const track::Expectation& e) {
            left = static_cast<std::uint32_t>(e.expiry - tracking.table().now()) / 1000;
        });
        return left;
    }
};

constexpr const char* calls = "tcp 192.0.2.2:* > 10.0.1.2:1720 permanent";

TEST(Ras, WhoRegistersCanBeCalledByItsGatekeeper) {
    Registration talk;
    talk.hear(client, messages::register_600);
    EXPECT_THAT(talk.expected(), ElementsAre(calls));
    talk.hear(server, messages::registered);
    EXPECT_NEAR(talk.seconds_left(), 600, 1);
    EXPECT_NEAR(talk.tracking.seconds_left(talk.entry()), 600, 1);
    talk.hear(server, messages::registered_90);
    EXPECT_NEAR(talk.seconds_left(), 90, 1);
}

TEST(Ras, RegistrationsEnd) {
    Registration talk;
    talk.hear(client, messages::register_600);
    talk.hear(client, messages::unregister);
    EXPECT_THAT(talk.expected(), IsEmpty());
    EXPECT_NEAR(talk.tracking.seconds_left(talk.entry()), 30, 1);
}

TEST(Ras, TheFirstAddressThatIsTheSendersOwnCounts) {
    Registration talk;
    talk.hear(client, messages::register_loopback);
    EXPECT_THAT(talk.expected(), ElementsAre(calls));
}

TEST(Ras, AGatekeeperMayHaveAnotherPort) {
    Registration talk;
    talk.hear(client, messages::find_gatekeeper);
    EXPECT_THAT(talk.expected(), IsEmpty());
    talk.hear(server, messages::gatekeeper);
    EXPECT_THAT(talk.expected(), ElementsAre("udp 10.0.1.2:* > 192.0.2.2:1718"));
}

TEST(Ras, AdmissionsSayWhomToCall) {
    Registration talk;
    talk.hear(client, messages::may_i_call);
    EXPECT_THAT(talk.expected(), IsEmpty());
    talk.hear(server, messages::call_at_gatekeeper);
    talk.hear(server, messages::located);
    EXPECT_THAT(talk.expected(), ElementsAre("tcp 10.0.1.2:* > 192.0.2.2:1720 permanent",
                                             "tcp 10.0.1.2:* > 192.0.2.2:1725 permanent"));
}

TEST(Ras, OthersAreCalledOnlyWhereThatIsAllowed) {
    for (const bool allowed : {false, true}) {
        Registration talk({.third_party = allowed});
        talk.hear(client, messages::may_i_call);
        talk.hear(server, messages::call_elsewhere);
        talk.hear(server, messages::gatekeeper_elsewhere);
        EXPECT_EQ(talk.expected().size(), allowed ? 2u : 0u);
        EXPECT_EQ(talk.helpers.statistics().third_party, allowed ? 0u : 2u);
    }
}

TEST(Ras, AMessageThatEndsTooEarlyMeansNothing) {
    const std::string message = messages::octets(messages::register_600);
    // Behind the time to live nothing is wanted.
    constexpr std::size_t not_wanted = 8;
    for (std::size_t size = 1; size < message.size() - not_wanted; ++size) {
        Registration talk;
        talk.say(client, std::string_view(message).substr(0, size));
        EXPECT_THAT(talk.expected(), IsEmpty()) << size;
    }
}

// The registrant's address, in its own messages and in its gatekeeper's.
TEST(Ras, MentionsWhatNatRewrites) {
    Registration talk;
    talk.hear(client, messages::find_gatekeeper);
    talk.translate();
    talk.hear(client, messages::register_loopback);
    ASSERT_EQ(talk.reader.mentions.size(), 3u) << "the address to call, the loopback address, its own";
    talk.reader.mentions.clear();
    talk.hear(server, messages::registered);
    ASSERT_EQ(talk.reader.mentions.size(), 1u);
    EXPECT_EQ(talk.reader.mentions[0].endpoint.port, 1720);
    talk.hear(client, messages::unregister);
    talk.reader.mentions.clear();
    talk.hear(server, messages::registered);
    EXPECT_EQ(talk.reader.mentions.size(), 0u);
}

}  // namespace
}  // namespace gatehouse::helper

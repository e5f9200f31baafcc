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

struct Signalling : testing::Talk {
    explicit Signalling(Family family = Family::ipv4, Settings settings = {},
                        std::string_view helper = "Q.931")
        : Talk(helper, wire::protocol::tcp, family, settings, 40'000, 1720) {
        open();
    }
};

TEST(Q931, SetupAnnouncesH245) {
    for (const Mode mode : {Mode::hold, Mode::drop}) {
        Signalling talk(Family::ipv4, {.mode = mode});
        talk.say(client, messages::packet(messages::setup));
        EXPECT_THAT(talk.expected(), ElementsAre("tcp 192.0.2.2:* > 10.0.1.2:5555"));
    }
}

TEST(Q931, AnswersAnnounceH245) {
    for (const std::string_view answer : {messages::call_proceeding, messages::connect, messages::alerting,
                                          messages::progress, messages::facility}) {
        Signalling talk;
        talk.say(server, messages::packet(answer));
        EXPECT_THAT(talk.expected(), ElementsAre("tcp 10.0.1.2:* > 192.0.2.2:5556"));
        talk.say(client, messages::packet(answer));
        EXPECT_EQ(talk.expected().size(), 1u) << "another's address";
    }
}

TEST(Q931, H245sConnectionHasItsHelper) {
    Signalling talk;
    talk.say(client, messages::packet(messages::setup));
    talk.tracking.expectations().visit_all([&](track::ExpectationIndex, const track::Expectation& e) {
        EXPECT_EQ(e.helper, *track::find_helper("H.245", wire::protocol::tcp) + 1);
    });
}

TEST(Q931, FastStartAndTunnelsOpenChannels) {
    Signalling talk;
    talk.say(client, messages::packet(messages::fast_start));
    talk.say(client, messages::packet(messages::tunnelled));
    EXPECT_THAT(talk.expected(),
                ElementsAre("udp 192.0.2.2:* > 10.0.1.2:5004", "udp 192.0.2.2:* > 10.0.1.2:5005",
                            "udp 192.0.2.2:* > 10.0.1.2:5006", "udp 192.0.2.2:* > 10.0.1.2:5007"));
}

TEST(Q931, ElementsOfASingleOctetAreNoObstacle) {
    Signalling talk;
    talk.say(client, messages::packet(messages::setup_after_sending_complete));
    EXPECT_THAT(talk.expected(), ElementsAre("tcp 192.0.2.2:* > 10.0.1.2:5555"));
}

TEST(Q931, OverIPv6) {
    Signalling talk(Family::ipv6);
    talk.say(client, messages::packet(messages::setup_v6));
    EXPECT_THAT(talk.expected(), ElementsAre("tcp 2001:db8::2:* > 2001:db8::1:5555"));
    talk.say(client, messages::packet(messages::fast_start));
    EXPECT_EQ(talk.expected().size(), 1u) << "addresses of another family";
}

TEST(Q931, CallsAreSentOnToOthersOnlyWhereThatIsAllowed) {
    Signalling wary;
    wary.say(server, messages::packet(messages::forwarded));
    EXPECT_THAT(wary.expected(), IsEmpty());
    EXPECT_EQ(wary.helpers.statistics().third_party, 1u);
    Signalling talk(Family::ipv4, {.third_party = true});
    talk.say(server, messages::packet(messages::forwarded));
    EXPECT_THAT(talk.expected(), ElementsAre("tcp 10.0.1.2:* > 192.0.2.3:1730"));
}

TEST(Q931, AMessageMayBeCutAnywhere) {
    const std::string message = messages::packet(messages::fast_start);
    for (std::size_t cut = 1; cut < message.size(); ++cut) {
        Signalling talk;
        talk.say(client, std::string_view(message).substr(0, cut));
        EXPECT_THAT(talk.expected(), IsEmpty());
        talk.say(client, std::string_view(message).substr(cut));
        EXPECT_EQ(talk.expected().size(), 2u) << cut;
    }
}

TEST(Q931, AMessageThatEndsTooEarlyMeansNothing) {
    const std::string inside = messages::octets(messages::setup);
    for (std::size_t size = 1; size < inside.size() - 6; ++size) {
        Signalling talk;
        std::string packet("\3\0\0", 3);
        packet += static_cast<char>(size + 4);
        EXPECT_TRUE(talk.say(client, packet + inside.substr(0, size)));
        EXPECT_THAT(talk.expected(), IsEmpty()) << size;
    }
}

TEST(Q931, SeveralMessagesInOneSegment) {
    for (const Mode mode : {Mode::hold, Mode::drop}) {
        Signalling talk(Family::ipv4, {.mode = mode});
        talk.say(server, messages::packet(messages::call_proceeding));
        talk.say(client, messages::packet(messages::tunnelled) + messages::packet(messages::setup));
        EXPECT_EQ(talk.expected().size(), 4u);
    }
}

TEST(Q931, AHeadAloneIsFollowedByItsRest) {
    const std::string message = messages::packet(messages::setup);
    for (const Mode mode : {Mode::hold, Mode::drop}) {
        Signalling talk(Family::ipv4, {.mode = mode});
        talk.say(client, message.substr(0, 4));
        talk.say(client, message.substr(4));
        EXPECT_EQ(talk.expected().size(), 1u);
    }
}

TEST(Q931, WhatIsNoPacketEndsTheReading) {
    Signalling talk;
    talk.say(client, "GET / HTTP/1.0\r\n\r\n");
    talk.say(client, messages::packet(messages::setup));
    EXPECT_THAT(talk.expected(), IsEmpty());
    EXPECT_EQ(talk.helpers.statistics().given_up, 1u);
}

// Where addresses are translated: what is announced, and the ends whatever they are called.
TEST(Q931, MentionsWhatNatRewrites) {
    Signalling talk;
    talk.translate();
    track::Tuple back = talk.entry().tuple(track::Direction::reply);
    back.destination = Address::v4(0xcb007101);
    back.ends.destination = 50'000;
    talk.entry().set_tuple(track::Direction::reply, back);
    talk.say(client, messages::packet(messages::setup));
    ASSERT_EQ(talk.reader.mentions.size(), 2u) << "the called one is who it is";
    const std::string message = messages::packet(messages::setup);
    const auto text = [&](const Mention& m) { return message.substr(m.span.at, m.span.length); };
    EXPECT_EQ(text(talk.reader.mentions[0]), messages::octets("0a00010215b3"));
    EXPECT_EQ(text(talk.reader.mentions[1]), messages::octets("0a0001029c40"));
    EXPECT_EQ(testing::written(talk.reader.mentions[1], talk.reader.mentions[1].endpoint),
              messages::octets("cb007101c350"));
}

struct Control : Signalling {
    explicit Control(Settings settings = {}) : Signalling(Family::ipv4, settings, "H.245") {}
};

TEST(H245, ChannelsHaveTheirMedia) {
    for (const Mode mode : {Mode::hold, Mode::drop}) {
        Control talk({.mode = mode});
        talk.say(client, messages::packet(messages::open_channel) + messages::packet(messages::open_video));
        talk.say(server, messages::packet(messages::accept_channel));
        EXPECT_THAT(talk.expected(),
                    ElementsAre("udp 10.0.1.2:* > 192.0.2.2:6000", "udp 10.0.1.2:* > 192.0.2.2:6001",
                                "udp 192.0.2.2:* > 10.0.1.2:5006", "udp 192.0.2.2:* > 10.0.1.2:5007",
                                "udp 192.0.2.2:* > 10.0.1.2:5008", "udp 192.0.2.2:* > 10.0.1.2:5009"));
    }
}

TEST(H245, NobodySpeaksForAnotherNorOfServices) {
    Control talk;
    talk.say(client, messages::packet(messages::open_elsewhere));
    talk.say(server, messages::packet(messages::open_channel));
    talk.say(client, messages::packet(messages::open_service));
    EXPECT_THAT(talk.expected(), IsEmpty());
    EXPECT_EQ(talk.helpers.statistics().privileged, 2u);
}

TEST(H245, T120sPortTakesAnyNumberOfConnections) {
    Control talk;
    talk.say(client, messages::packet(messages::open_stack_for_sound));
    EXPECT_THAT(talk.expected(), IsEmpty());
    talk.say(client, messages::packet(messages::open_t120));
    EXPECT_THAT(talk.expected(), ElementsAre("tcp 192.0.2.2:* > 10.0.1.2:1503 permanent"));
}

}  // namespace
}  // namespace gatehouse::helper

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "helper/pptp_testing.h"
#include "helper/testing.h"
#include "wire/protocol.h"

namespace gatehouse::helper {
namespace {

using testing::client;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::server;

constexpr auto message = testing::pptp_message;
constexpr std::uint16_t good = 0x0100;
std::string start_request() { return message(1, 144, {}); }
std::string start_reply() { return message(2, 144, {{2, good}}); }
std::string call(std::uint16_t own) { return message(7, 156, {{0, own}}); }
std::string answer(std::uint16_t own, std::uint16_t yours, std::uint16_t result = good) {
    return message(8, 20, {{0, own}, {2, yours}, {4, result}});
}

struct Pptp : testing::Talk {
    explicit Pptp(Settings settings = {})
        : Talk("pptp", wire::protocol::tcp, Family::ipv4, settings, 40'000, 1723) {
        open();
        say(client, start_request());
        say(server, start_reply());
    }
};
constexpr const char *from_client = "gre 10.0.1.2:7 > 192.0.2.2:100",
                     *from_server = "gre 192.0.2.2:100 > 10.0.1.2:7";

TEST(Pptp, ExpectsFramesOfBothWays) {
    for (const Mode mode : {Mode::hold, Mode::drop}) {
        Pptp talk({.mode = mode});
        talk.say(client, call(7));
        EXPECT_THAT(talk.expected(), IsEmpty());
        talk.say(server, answer(100, 7));
        EXPECT_THAT(talk.expected(), ElementsAre(from_client, from_server));
        EXPECT_EQ(talk.tracking.gre_keys().count(), 2u);
        talk.say(server, answer(100, 7));
        EXPECT_THAT(talk.expected(), ElementsAre(from_client, from_server)) << "sent again, it is the same";
        EXPECT_EQ(talk.tracking.gre_keys().count(), 2u);
    }
}

TEST(Pptp, ReadsMessagesCutAnywhere) {
    const std::string asked = call(7), agreed = answer(100, 7);
    for (std::size_t cut = 1; cut < agreed.size(); ++cut) {
        Pptp talk;
        talk.say(client, asked.substr(0, cut));
        talk.say(client, asked.substr(cut));
        talk.say(server, agreed.substr(0, cut));
        talk.say(server, agreed.substr(cut));
        EXPECT_THAT(talk.expected(), ElementsAre(from_client, from_server)) << cut;
        EXPECT_EQ(talk.helpers.streams().in_use(), 0u);
    }
    Pptp together;
    together.say(client, message(5, 4, {}) + asked + message(5, 4, {}));
    together.say(server, message(6, 8, {}) + agreed);
    EXPECT_THAT(together.expected(), ElementsAre(from_client, from_server));
}

TEST(Pptp, BelievesNoAnswerToWhatWasNotAsked) {
    Pptp unasked;
    unasked.say(server, answer(100, 7));
    EXPECT_THAT(unasked.expected(), IsEmpty());
    Pptp other;
    other.say(client, call(7));
    other.say(server, answer(100, 8));
    EXPECT_THAT(other.expected(), IsEmpty());
    Pptp refused;
    refused.say(client, call(7));
    refused.say(server, answer(100, 7, 0x0200));
    EXPECT_THAT(refused.expected(), IsEmpty());
    testing::Talk unopened("pptp", wire::protocol::tcp, Family::ipv4, {}, 40'000, 1723);
    unopened.open();
    unopened.say(client, call(7));
    unopened.say(server, answer(100, 7));
    EXPECT_THAT(unopened.expected(), IsEmpty()) << "without a session";
}

TEST(Pptp, AnIncomingCallTakesThreeMessages) {
    Pptp talk;
    talk.say(server, message(9, 208, {{0, 100}}));
    talk.say(client, message(10, 12, {{0, 7}, {2, 100}, {4, good}}));
    EXPECT_THAT(talk.expected(), IsEmpty());
    talk.say(server, message(11, 16, {{0, 7}}));
    EXPECT_THAT(talk.expected(), ElementsAre(from_client, from_server));
}

TEST(Pptp, ACallEndsWithItsFrames) {
    Pptp talk;
    talk.say(client, call(7));
    talk.say(server, answer(100, 7));
    talk.say(server, message(13, 136, {{0, 100}}));
    EXPECT_THAT(talk.expected(), IsEmpty());
    EXPECT_EQ(talk.tracking.gre_keys().count(), 0u);
    talk.say(client, call(7));
    talk.say(server, answer(100, 7));
    talk.pass(6 * 24 * 3600 * second);
    talk.end();
    EXPECT_EQ(talk.tracking.gre_keys().count(), 0u) << "with the control connection, too";
}

TEST(Pptp, AnotherCallWaitsForTheFirstOnesEnd) {
    Pptp talk;
    talk.say(client, call(7));
    talk.say(server, answer(100, 7));
    talk.say(client, call(8));
    talk.say(server, answer(101, 8));
    EXPECT_THAT(talk.expected(), ElementsAre(from_client, from_server));
    EXPECT_EQ(talk.tracking.gre_keys().count(), 2u);
}

TEST(Pptp, ReadsNothingThatIsNotPptp) {
    for (const std::string& text :
         {std::string("POST / HTTP/1.1\r\n\r\n"), message(7, 4, {}), std::string(40, '\xff')}) {
        Pptp talk;
        talk.say(client, text);
        talk.say(client, call(7));
        talk.say(server, answer(100, 7));
        const bool short_message = text.size() < 19;
        EXPECT_EQ(talk.expected().size(), short_message ? 2u : 0u);
    }
}

// The server is told the client's port in place of the number that the client has chosen.
TEST(Pptp, SaysWhatIsToStandForACall) {
    Pptp talk;
    talk.translate();
    talk.say(client, call(7));
    ASSERT_EQ(talk.reader.mentions.size(), 1u);
    EXPECT_EQ(talk.reader.mentions[0].span, (Span{12, 2}));
    EXPECT_EQ(talk.reader.mentions[0].endpoint.port, 40'000);
    talk.say(server, answer(100, 40'000));
    ASSERT_EQ(talk.reader.mentions.size(), 2u);
    EXPECT_EQ(talk.reader.mentions[1].span, (Span{14, 2}));
    EXPECT_EQ(talk.reader.mentions[1].endpoint.port, 7);
    EXPECT_EQ(testing::written(talk.reader.mentions[1], talk.reader.mentions[1].endpoint),
              std::string("\0\7", 2));
    EXPECT_THAT(talk.expected(),
                ElementsAre("gre 10.0.1.2:7 > 192.0.2.2:100", "gre 192.0.2.2:100 > 10.0.1.2:40000"));
}

}  // namespace
}  // namespace gatehouse::helper

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

std::string address(std::uint32_t host, std::uint16_t port) {
    std::string text(16, '\0');
    auto* const bytes = reinterpret_cast<std::uint8_t*>(text.data());
    store_be16(bytes, 2);
    store_be16(bytes + 2, port);
    store_be32(bytes + 4, host);
    return text;
}
constexpr std::uint32_t caller = 0x0a000102, called = 0xc0000202;  // Talk's client and server

std::string request(char type, std::uint32_t host, std::uint16_t port) {
    return std::string{'\1', type, '\0', '\0'} + std::string(4, '\0') + address(host, port) +
           address(caller, 40'000) + std::string(44, '\0');
}
std::string response(char type, char answer, std::uint32_t host, std::uint16_t port) {
    return std::string{'\1', type, answer, '\0'} + std::string(4, '\0') + address(host, port);
}
std::string old_request(char type, std::uint32_t host, std::uint16_t port) {
    return std::string(1, type) + std::string(43, 'x') + address(host, port) + address(caller, 40'000);
}

struct Conversation : testing::Talk {
    explicit Conversation(std::uint16_t port = 518, Settings settings = {})
        : Talk("talk", wire::protocol::udp, Family::ipv4, settings, 40'000, port) {}
};

TEST(Talk, WhoAnnouncesIsComeTo) {
    Conversation talk;
    EXPECT_TRUE(talk.say(client, request(3, caller, 5000)));
    EXPECT_THAT(talk.expected(), ElementsAre("tcp 192.0.2.2:* > 10.0.1.2:5000"));
    Conversation old(517);
    EXPECT_TRUE(old.say(client, old_request(3, caller, 5000)));
    EXPECT_THAT(old.expected(), ElementsAre("tcp 192.0.2.2:* > 10.0.1.2:5000"));
}

TEST(Talk, TheCallersDaemonIsAskedWhereThatIsAllowed) {
    Conversation talk(518, {.privileged = true});
    talk.say(client, request(3, caller, 5000));
    EXPECT_THAT(talk.expected(),
                ElementsAre("tcp 192.0.2.2:* > 10.0.1.2:5000", "udp 192.0.2.2:* > 10.0.1.2:518 class 1"));
}

TEST(Talk, WhoLooksUpComesToTheAnswer) {
    Conversation talk;
    talk.say(client, request(1, caller, 5000));
    EXPECT_THAT(talk.expected(), IsEmpty());
    talk.say(server, response(1, 0, called, 6000));
    EXPECT_THAT(talk.expected(), ElementsAre("tcp 10.0.1.2:* > 192.0.2.2:6000"));
}

TEST(Talk, ExpectsNothingOfOtherMessages) {
    for (const std::string& text :
         {request(0, caller, 5000), request(2, caller, 5000), request(3, caller + 1, 5000),
          request(3, caller, 25), request(3, caller, 0), request(3, caller, 5000) + "x",
          std::string("\1\3")}) {
        Conversation talk;
        EXPECT_TRUE(talk.say(client, text));
        EXPECT_THAT(talk.expected(), IsEmpty());
    }
    Conversation failed;
    failed.say(client, request(1, caller, 5000));
    failed.say(server, response(1, 1, called, 6000));
    failed.say(server, response(1, 0, called + 1, 6000));
    EXPECT_THAT(failed.expected(), IsEmpty());
    Conversation elsewhere(519);
    elsewhere.say(client, request(3, caller, 5000));
    EXPECT_THAT(elsewhere.expected(), IsEmpty());
}

TEST(Talk, MentionsBothAddresses) {
    Conversation talk;
    talk.say(client, request(1, caller, 1));
    talk.translate();
    talk.reader.mentions.clear();
    talk.say(client, request(3, caller, 5000));
    ASSERT_EQ(talk.reader.mentions.size(), 2u);
    EXPECT_EQ(talk.reader.mentions[0].span, (Span{10, 6}));
    EXPECT_EQ(talk.reader.mentions[0].denotes, Mention::Denotes::expected);
    EXPECT_EQ(talk.reader.mentions[1].span, (Span{26, 6}));
    EXPECT_EQ(talk.reader.mentions[1].denotes, Mention::Denotes::party);
    EXPECT_EQ(testing::written(talk.reader.mentions[0], {Family::ipv4, Address::v4(0xcb007109), 0x1388}),
              std::string("\x13\x88\xcb\x00\x71\x09", 6));
}

}  // namespace
}  // namespace gatehouse::helper

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

struct Sane : testing::Talk {
    explicit Sane(Settings settings = {}, Family family = Family::ipv4)
        : Talk("sane", wire::protocol::tcp, family, settings, 40'000, 6566) {
        open();
        say(client, std::string_view("\0\0\0\0\1\0\0\3\0\0\0\1a\0", 14));
        say(server, std::string_view("\0\0\0\0\1\0\0\3", 8));
    }
};
constexpr std::string_view start("\0\0\0\7\0\0\0\0", 8);
constexpr std::string_view started("\0\0\0\0\0\0\x13\x88\0\0\x12\x34\0\0\0\0", 16);
constexpr const char* image = "tcp 10.0.1.2:* > 192.0.2.2:5000";

TEST(Sane, ExpectsTheImagesConnection) {
    for (const Mode mode : {Mode::hold, Mode::drop}) {
        Sane talk({.mode = mode});
        talk.say(client, start);
        talk.say(server, started);
        EXPECT_THAT(talk.expected(), ElementsAre(image));
    }
    Sane six({}, Family::ipv6);
    six.say(client, start);
    six.say(server, started);
    EXPECT_THAT(six.expected(), ElementsAre("tcp 2001:db8::1:* > 2001:db8::2:5000"));
}

TEST(Sane, ReadsRequestAndReplyCutAnywhere) {
    for (std::size_t request = 1; request < start.size(); ++request) {
        for (std::size_t reply = 1; reply < started.size(); ++reply) {
            Sane talk;
            talk.say(client, start.substr(0, request));
            talk.say(client, start.substr(request));
            talk.say(server, started.substr(0, reply));
            talk.say(server, started.substr(reply));
            EXPECT_THAT(talk.expected(), ElementsAre(image)) << request << ' ' << reply;
        }
    }
}

TEST(Sane, ExpectsNothingElse) {
    struct {
        const char* name;
        std::string_view request, reply;
    } const cases[] = {
        {"another request", {"\0\0\0\6\0\0\0\0", 8}, started},
        {"refused", start, {"\0\0\0\7\0\0\x13\x88\0\0\x12\x34\0\0\0\0", 16}},
        {"not a port", start, {"\0\0\0\0\0\1\x13\x88\0\0\x12\x34\0\0\0\0", 16}},
        {"a service", start, {"\0\0\0\0\0\0\0\x19\0\0\x12\x34\0\0\0\0", 16}},
    };
    for (const auto& [name, request, reply] : cases) {
        SCOPED_TRACE(name);
        Sane talk;
        talk.say(client, request);
        talk.say(server, reply);
        EXPECT_THAT(talk.expected(), IsEmpty());
        talk.say(server, started);
        EXPECT_THAT(talk.expected(), IsEmpty()) << "nobody asked";
    }
}

TEST(Sane, MentionsThePort) {
    Sane talk;
    talk.translate();
    talk.say(client, start);
    talk.say(server, started);
    ASSERT_EQ(talk.reader.mentions.size(), 1u);
    const Mention& mention = talk.reader.mentions[0];
    EXPECT_EQ(mention.span, (Span{6, 2}));
    EXPECT_EQ(testing::written(mention, {.port = 40'000}), "\x9c\x40");
}

}  // namespace
}  // namespace gatehouse::helper

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

struct Irc : testing::Talk {
    explicit Irc(Settings settings = {})
        : Talk("irc", wire::protocol::tcp, Family::ipv4, settings, 40'000, 6667) {
        open();
        say(client, "NICK a\r\n");
        say(server, ":server 001 a :Welcome\r\n");
    }
};

constexpr const char* offered = "tcp *:* > 10.0.1.2:5000";

struct Case {
    const char* name;
    std::string_view line;
    bool expected;
};
constexpr Case cases[] = {
    {"send", "PRIVMSG b :\1DCC SEND file.txt 167772418 5000 100\1\r\n", true},
    {"send_in_lower_case", "privmsg b :\1DCC SEND file.txt 167772418 5000 100\1\r\n", true},
    {"chat", "PRIVMSG b :\1DCC CHAT chat 167772418 5000\1\r\n", true},
    {"tsend", "PRIVMSG b :\1DCC TSEND file 167772418 5000 100\1\r\n", true},
    {"several_blanks", "PRIVMSG b :\1DCC SEND file.txt 167772418   5000 100\1\r\n", true},
    {"resume", "PRIVMSG b :\1DCC RESUME file.txt 5000 50\1\r\n", false},
    {"another_address", "PRIVMSG b :\1DCC SEND file.txt 167772419 5000 100\1\r\n", false},
    {"port_zero", "PRIVMSG b :\1DCC SEND file.txt 167772418 0 100\1\r\n", false},
    {"a_service", "PRIVMSG b :\1DCC SEND file.txt 167772418 25 100\1\r\n", false},
    {"no_port", "PRIVMSG b :\1DCC SEND file.txt 167772418\1\r\n", false},
    {"words_before_it", "PRIVMSG b :see \1DCC SEND file.txt 167772418 5000 100\1\r\n", false},
    {"another_command", "NOTICE b :\1DCC SEND file.txt 167772418 5000 100\1\r\n", false},
};

class IrcReads : public ::testing::TestWithParam<Case> {
  protected:
    void check(const testing::Talk& talk) const {
        if (GetParam().expected) {
            EXPECT_THAT(talk.expected(), ElementsAre(offered));
        } else {
            EXPECT_THAT(talk.expected(), IsEmpty());
        }
    }
};
INSTANTIATE_TEST_SUITE_P(Lines, IrcReads, ::testing::ValuesIn(cases),
                         [](const auto& of) { return std::string(of.param.name); });

TEST_P(IrcReads, AWholeLine) {
    for (const Mode mode : {Mode::hold, Mode::drop}) {
        Irc talk({.mode = mode});
        EXPECT_TRUE(talk.say(client, GetParam().line));
        check(talk);
    }
}

TEST_P(IrcReads, ALineCutAnywhere) {
    for (std::size_t cut = 1; cut < GetParam().line.size(); ++cut) {
        SCOPED_TRACE(cut);
        Irc talk;
        talk.say(client, GetParam().line.substr(0, cut));
        talk.say(client, GetParam().line.substr(cut));
        check(talk);
        EXPECT_EQ(talk.helpers.streams().in_use(), 0u);
    }
}

TEST(Irc, ReadsTheClientAlone) {
    Irc talk;
    talk.say(server, "PRIVMSG a :\1DCC SEND file.txt 3221225986 5000 100\1\r\n");
    EXPECT_THAT(talk.expected(), IsEmpty());
}

TEST(Irc, ExpectsSeveralAtATime) {
    Irc talk;
    for (int port = 5000; port < 5009; ++port)
        talk.say(client, fmt::format("PRIVMSG b :\1DCC SEND f 167772418 {} 1\1\r\n", port));
    const auto all = talk.expected();
    EXPECT_EQ(all.size(), 8u);
    EXPECT_EQ(all.front(), "tcp *:* > 10.0.1.2:5001") << "the ninth took the first's place";
}

TEST(Irc, ReadsNoBrowsersRequest) {
    testing::Talk talk("irc", wire::protocol::tcp);
    talk.open();
    talk.say(client, "POST / HTTP/1.1\r\n\r\nPRIVMSG b :\1DCC SEND f 167772418 5000 1\1\r\n");
    EXPECT_THAT(talk.expected(), IsEmpty());
}

TEST(Irc, MentionsWhatItExpects) {
    Irc talk;
    talk.translate();
    std::string text = "PRIVMSG b :\1DCC SEND file.txt 167772418 5000 100\1\r\n";
    talk.say(client, text);
    ASSERT_EQ(talk.reader.mentions.size(), 1u);
    const Mention& mention = talk.reader.mentions[0];
    text.replace(mention.span.at, mention.span.length,
                 testing::written(mention, {Family::ipv4, Address::v4(0xcb007109), 40'000}));
    EXPECT_EQ(text, "PRIVMSG b :\1DCC SEND file.txt 3405803785 40000 100\1\r\n");
}

// The sender's offer is known by another port outside: what is said of it there is put into the client's
// words, and the client's answer into the others'.
TEST(Irc, AnOfferIsReferredToByThePortThatEachKnows) {
    testing::Talk talk("irc", wire::protocol::tcp, Family::ipv4, {}, 40'000, 6667);
    talk.open();
    talk.translate();
    talk.say(client, "PRIVMSG b :\1DCC SEND file.txt 167772418 5000 100\1\r\n");
    auto& expectations = talk.tracking.expectations();
    track::Expectation known{};
    expectations.visit_all([&](track::ExpectationIndex, const track::Expectation& e) { known = e; });
    known.tuple.ends.destination = 7000;
    known.redirection = {.manner = 1, .port = 5000};
    expectations.enter(known.master, known, {.most = 8});
    talk.reader.mentions.clear();
    talk.say(server, ":b!u@h PRIVMSG a :\1DCC RESUME file.txt 7000 50\1\r\n");
    ASSERT_EQ(talk.reader.mentions.size(), 1u);
    EXPECT_EQ(talk.reader.mentions[0].span, (Span{39, 4}));
    EXPECT_EQ(testing::written(talk.reader.mentions[0], talk.reader.mentions[0].endpoint), "5000");
    talk.say(client, "PRIVMSG b :\1DCC ACCEPT file.txt 5000 50\1\r\n");
    ASSERT_EQ(talk.reader.mentions.size(), 2u);
    EXPECT_EQ(talk.reader.mentions[1].span, (Span{32, 4}));
    EXPECT_EQ(testing::written(talk.reader.mentions[1], talk.reader.mentions[1].endpoint), "7000");
    talk.say(server, ":b!u@h PRIVMSG a :\1DCC RESUME file.txt 7001 50\1\r\n");
    talk.say(client, "PRIVMSG b :\1DCC ACCEPT file.txt 5001 50\1\r\n");
    EXPECT_EQ(talk.reader.mentions.size(), 2u) << "of other offers nothing is known";
}

}  // namespace
}  // namespace gatehouse::helper

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
using track::Direction;

struct Ftp : testing::Talk {
    explicit Ftp(Settings settings = {}, Family family = Family::ipv4)
        : Talk("ftp", wire::protocol::tcp, family, settings) {
        open();
        say(server, "220 ready\r\n");
        say(client, "USER anonymous\r\n");
    }
};

struct Case {
    const char* name;
    Family family;
    Direction who;
    const char* line;
    const char* expected;  // nullptr: nothing
};
constexpr const char* to_client4 = "tcp 192.0.2.2:* > 10.0.1.2:5000";
constexpr const char* to_server4 = "tcp 10.0.1.2:* > 192.0.2.2:5000";
constexpr const char* to_client6 = "tcp 2001:db8::2:* > 2001:db8::1:5000";
constexpr const char* to_server6 = "tcp 2001:db8::1:* > 2001:db8::2:5000";
constexpr Family v4 = Family::ipv4, v6 = Family::ipv6;

constexpr Case cases[] = {
    {"port", v4, client, "PORT 10,0,1,2,19,136\r\n", to_client4},
    {"port_in_lower_case", v4, client, "port 10,0,1,2,19,136\r\n", to_client4},
    {"port_of_another", v4, client, "PORT 10,0,1,3,19,136\r\n", nullptr},
    {"port_of_a_service", v4, client, "PORT 10,0,1,2,0,25\r\n", nullptr},
    {"port_from_the_server", v4, server, "PORT 192,0,2,2,19,136\r\n", nullptr},
    {"five_numbers", v4, client, "PORT 10,0,1,2,19\r\n", nullptr},
    {"seven_numbers", v4, client, "PORT 10,0,1,2,19,136,1\r\n", nullptr},
    {"passive", v4, server, "227 Entering Passive Mode (192,0,2,2,19,136).\r\n", to_server4},
    {"passive_without_parentheses", v4, server, "227 =192,0,2,2,19,136\r\n", to_server4},
    {"passive_of_another", v4, server, "227 Entering Passive Mode (192,0,2,3,19,136)\r\n", nullptr},
    {"passive_by_the_client", v4, client, "227 Entering Passive Mode (10,0,1,2,19,136)\r\n", nullptr},
    {"within_a_line", v4, client, "SITE PORT 10,0,1,2,19,136\r\n", nullptr},
    {"extended", v4, client, "EPRT |1|10.0.1.2|5000|\r\n", to_client4},
    {"extended_with_another_delimiter", v4, client, "EPRT !1!10.0.1.2!5000!\r\n", to_client4},
    {"extended_port_zero", v4, client, "EPRT |1|10.0.1.2|0|\r\n", nullptr},
    {"extended_of_the_other_family", v4, client, "EPRT |2|2001:db8::1|5000|\r\n", nullptr},
    {"extended_passive", v4, server, "229 Entering Extended Passive Mode (|||5000|)\r\n", to_server4},
    {"extended_six", v6, client, "EPRT |2|2001:db8::1|5000|\r\n", to_client6},
    {"extended_six_of_another", v6, client, "EPRT |2|2001:db8::3|5000|\r\n", nullptr},
    {"extended_passive_six", v6, server, "229 Entering Extended Passive Mode (|||5000|)\r\n", to_server6},
    {"passive_in_six", v6, server, "227 Entering Passive Mode (192,0,2,2,19,136).\r\n", nullptr},
};

class FtpReads : public ::testing::TestWithParam<Case> {
  protected:
    void check(const testing::Talk& talk) const {
        if (GetParam().expected == nullptr) {
            EXPECT_THAT(talk.expected(), IsEmpty());
        } else {
            EXPECT_THAT(talk.expected(), ElementsAre(GetParam().expected));
        }
    }
};
INSTANTIATE_TEST_SUITE_P(Lines, FtpReads, ::testing::ValuesIn(cases),
                         [](const auto& of) { return std::string(of.param.name); });

TEST_P(FtpReads, AWholeLine) {
    Ftp talk({}, GetParam().family);
    EXPECT_TRUE(talk.say(GetParam().who, GetParam().line));
    check(talk);
}

TEST_P(FtpReads, ALineCutAnywhere) {
    const std::string_view line = GetParam().line;
    for (std::size_t cut = 1; cut < line.size(); ++cut) {
        SCOPED_TRACE(cut);
        Ftp talk({}, GetParam().family);
        EXPECT_TRUE(talk.say(GetParam().who, line.substr(0, cut)));
        EXPECT_THAT(talk.expected(), IsEmpty());
        EXPECT_TRUE(talk.say(GetParam().who, line.substr(cut)));
        check(talk);
        EXPECT_EQ(talk.helpers.streams().in_use(), 0u);
    }
}

TEST_P(FtpReads, ALineWhosePiecesComeInReverse) {
    const std::string_view line = GetParam().line;
    for (std::size_t cut = 1; cut < line.size(); ++cut) {
        SCOPED_TRACE(cut);
        Ftp talk({}, GetParam().family);
        EXPECT_TRUE(talk.say_at(GetParam().who, static_cast<std::int32_t>(cut), line.substr(cut)));
        EXPECT_THAT(talk.expected(), IsEmpty());
        EXPECT_TRUE(talk.say_at(GetParam().who, 0, line.substr(0, cut)));
        talk.step(GetParam().who, line.size());
        check(talk);
        EXPECT_EQ(talk.helpers.streams().in_use(), 0u);
    }
}

TEST_P(FtpReads, OverlappingAndRepeatedPieces) {
    const std::string_view line = GetParam().line;
    for (std::size_t cut = 2; cut < line.size(); ++cut) {
        SCOPED_TRACE(cut);
        Ftp talk({}, GetParam().family);
        EXPECT_TRUE(talk.say_at(GetParam().who, 0, line.substr(0, cut)));
        EXPECT_TRUE(talk.say_at(GetParam().who, 0, line.substr(0, cut)));
        EXPECT_TRUE(talk.say_at(GetParam().who, 1, line.substr(1)));
        EXPECT_TRUE(talk.say_at(GetParam().who, 0, line));
        check(talk);
    }
}

TEST(Ftp, ReadsEveryLineOfASegment) {
    Ftp talk;
    talk.say(client, "TYPE I\r\nEPRT |1|10.0.1.2|4999|\r\nPORT 10,0,1,2,19,136\r\nLIST\r\n");
    EXPECT_THAT(talk.expected(), ElementsAre("tcp 192.0.2.2:* > 10.0.1.2:5000"))
        << "the newer took its place";
}

TEST(Ftp, BelievesAnotherAddressWhereToldTo) {
    Ftp talk({.ftp_loose = true});
    talk.say(client, "PORT 10,0,1,3,19,136\r\n");
    EXPECT_THAT(talk.expected(), ElementsAre("tcp 192.0.2.2:* > 10.0.1.3:5000"));
}

TEST(Ftp, BelievesAServicesPortWhereToldTo) {
    Ftp talk({.privileged = true});
    talk.say(client, "PORT 10,0,1,2,0,25\r\n");
    EXPECT_THAT(talk.expected(), ElementsAre("tcp 192.0.2.2:* > 10.0.1.2:25"));
}

TEST(Ftp, ReadsNoBrowsersRequest) {
    testing::Talk talk("ftp", wire::protocol::tcp);
    talk.open();
    talk.say(client, "POST / HTTP/1.1\r\nContent-Length: 22\r\n\r\nPORT 10,0,1,2,19,136\r\n");
    talk.say(client, "PORT 10,0,1,2,19,136\r\n");
    EXPECT_THAT(talk.expected(), IsEmpty());
    EXPECT_EQ(talk.helpers.statistics().given_up, 1u);
}

TEST(Ftp, PassesOverALineThatNeverEnds) {
    Ftp talk;
    talk.say(client, "PORT " + std::string(1000, '1'));
    talk.say(client, std::string(1400, '1'));
    EXPECT_EQ(talk.helpers.streams().in_use(), 0u);
    talk.say(client, "\r\nPORT 10,0,1,2,19,136\r\n");
    EXPECT_THAT(talk.expected(), ElementsAre("tcp 192.0.2.2:* > 10.0.1.2:5000"));
    EXPECT_EQ(talk.helpers.statistics().passed_over, 1u);
}

TEST(Ftp, MentionsWhatItExpects) {
    struct {
        Family family;
        Direction who;
        const char *line, *rewritten;
    } const lines[] = {
        {v4, client, "PORT 10,0,1,2,19,136\r\n", "PORT 203,0,113,9,156,64\r\n"},
        {v4, client, "EPRT !1!10.0.1.2!5000!\r\n", "EPRT |1|203.0.113.9|40000|\r\n"},
        {v4, server, "227 Go (192,0,2,2,19,136)\r\n", "227 Go (203,0,113,9,156,64)\r\n"},
        {v4, server, "229 Go (|||5000|)\r\n", "229 Go (|||40000|)\r\n"},
        {v6, client, "EPRT |2|2001:db8::1|5000|\r\n", "EPRT |2|2001:db8::9|40000|\r\n"},
    };
    for (const auto& [family, who, line, rewritten] : lines) {
        SCOPED_TRACE(line);
        Ftp talk({}, family);
        talk.translate();
        talk.say(who, line);
        ASSERT_EQ(talk.reader.mentions.size(), 1u);
        const Mention& mention = talk.reader.mentions[0];
        EXPECT_EQ(mention.endpoint, (Endpoint{family, testing::Talk::address_of(family, who), 5000}));
        std::string text(line);
        const Address outside = is_v4(family) ? Address::v4(0xcb007109) : Address{{0x20010db8, 0, 0, 9}};
        text.replace(mention.span.at, mention.span.length,
                     testing::written(mention, {family, outside, 40'000}));
        EXPECT_EQ(text, rewritten);
    }
}

// As Linux reads: segment by segment.
struct LinuxFtp : Ftp {
    LinuxFtp() : Ftp({.mode = Mode::drop}) {}
};

TEST(FtpSegments, MissesTheFirstOfADirection) {
    testing::Talk talk("ftp", wire::protocol::tcp, v4, {.mode = Mode::drop});
    talk.open();
    talk.say(client, "PORT 10,0,1,2,19,136\r\n");
    EXPECT_THAT(talk.expected(), IsEmpty());
    talk.say(client, "PORT 10,0,1,2,19,136\r\n");
    EXPECT_THAT(talk.expected(), ElementsAre("tcp 192.0.2.2:* > 10.0.1.2:5000"));
}

TEST(FtpSegments, ReadsTheFirstLineAlone) {
    LinuxFtp talk;
    talk.say(client, "TYPE I\r\nPORT 10,0,1,2,19,136\r\n");
    EXPECT_THAT(talk.expected(), IsEmpty());
}

TEST(FtpSegments, DropsWhatIsCut) {
    LinuxFtp talk;
    EXPECT_FALSE(talk.say(client, "PORT 10,0,1,2,19,13"));
    EXPECT_EQ(talk.why.reason, Reason::helper_partial);
    EXPECT_FALSE(talk.say(client, "PO"));
    EXPECT_TRUE(talk.say(client, "PORT 10,0,1,2,19,136\r\n")) << "sent again, whole";
    EXPECT_THAT(talk.expected(), ElementsAre("tcp 192.0.2.2:* > 10.0.1.2:5000"));
}

TEST(FtpSegments, ReadsNothingInTheMiddleOfALine) {
    LinuxFtp talk;
    talk.say(client, "STOR ");
    talk.say(client, "PORT 10,0,1,2,19,136\r\n");
    EXPECT_THAT(talk.expected(), IsEmpty());
}

}  // namespace
}  // namespace gatehouse::helper

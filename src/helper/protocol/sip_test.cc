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

namespace protocol = wire::protocol;

struct Sip : testing::Talk {
    explicit Sip(std::uint8_t transport = protocol::udp, Family family = Family::ipv4, Settings settings = {})
        : Talk("sip", transport, family, settings, 5060, 5060) {
        if (transport == protocol::tcp) open();
    }
};

std::string sdp(std::string_view address, std::string_view media, std::string_view kind = "IP4") {
    return fmt::format("v=0\r\no=a 1 1 IN {1} {0}\r\ns=-\r\nc=IN {1} {0}\r\nt=0 0\r\n{2}", address, kind,
                       media);
}

std::string message(std::string_view first, std::string_view fields, std::string_view body = "") {
    return fmt::format(
        "{}\r\nVia: SIP/2.0/UDP 10.0.1.2:5060;branch=z9hG4bK1\r\n{}Content-Length: {}\r\n\r\n{}", first,
        fields, body.size(), body);
}
std::string invite(std::string_view body, int sequence = 1) {
    return message("INVITE sip:b@192.0.2.2 SIP/2.0",
                   fmt::format("From: <sip:a@10.0.1.2>;tag=1\r\nTo: <sip:b@192.0.2.2>\r\nCSeq: {} INVITE\r\n"
                               "Contact: <sip:a@10.0.1.2:5060>\r\nContent-Type: application/sdp\r\n",
                               sequence),
                   body);
}
std::string answer(int code, std::string_view method, std::string_view body, int sequence = 1,
                   std::string_view fields = "") {
    return message(fmt::format("SIP/2.0 {} Words", code),
                   fmt::format("CSeq: {} {}\r\n{}", sequence, method, fields), body);
}
constexpr std::string_view voice = "m=audio 5000 RTP/AVP 0\r\n";
constexpr const char *rtp = "udp 192.0.2.2:* > 10.0.1.2:5000 class 1",
                     *rtcp = "udp 192.0.2.2:* > 10.0.1.2:5001 class 1";

TEST(Sip, ExpectsTheCallersMedia) {
    for (const std::uint8_t transport : {protocol::udp, protocol::tcp}) {
        for (const Mode mode : {Mode::hold, Mode::drop}) {
            Sip talk(transport, Family::ipv4, {.mode = mode});
            EXPECT_TRUE(talk.say(client, invite(sdp("10.0.1.2", voice))));
            EXPECT_THAT(talk.expected(), ElementsAre(rtp, rtcp));
            EXPECT_EQ(talk.tracking.seconds_left(talk.entry()), 3600u);
        }
    }
}

TEST(Sip, ExpectsTheAnswerersMediaToo) {
    Sip talk;
    talk.say(client, invite(sdp("10.0.1.2", voice)));
    EXPECT_TRUE(talk.say(server, answer(200, "INVITE", sdp("192.0.2.2", "m=audio 6001 RTP/AVP 0\r\n"))));
    EXPECT_THAT(talk.expected(), ElementsAre("udp 10.0.1.2:* > 192.0.2.2:6000 class 1",
                                             "udp 10.0.1.2:* > 192.0.2.2:6001 class 1", rtp, rtcp));
}

// A body of several parts (RFC 2046, 5.1), as calls with a location or with ISUP have.
TEST(Sip, ReadsTheDescriptionAmongOtherParts) {
    const std::string body = fmt::format(
        "--b\r\nContent-Type: application/pidf+xml\r\n\r\n<a v=\"0\"/>\r\n--b\r\nContent-Type: "
        "application/sdp\r\n\r\n{}--b--\r\n",
        sdp("10.0.1.2", voice));
    Sip talk;
    EXPECT_TRUE(talk.say(client, invite(body)));
    EXPECT_THAT(talk.expected(), ElementsAre(rtp, rtcp));
}

// What a proxy says of those who call.
TEST(Sip, MediaMayFlowAnywhereWhereThatIsSaid) {
    const std::string text = invite(sdp("203.0.113.7", voice));
    Sip direct;
    direct.say(client, text);
    EXPECT_THAT(direct.expected(), IsEmpty());
    Sip any(protocol::udp, Family::ipv4, {.sip_direct_media = false});
    EXPECT_TRUE(any.say(client, text));
    EXPECT_THAT(any.expected(),
                ElementsAre("udp *:* > 203.0.113.7:5000 class 1", "udp *:* > 203.0.113.7:5001 class 1"));
}

TEST(Sip, ReadsSeveralMedia) {
    Sip talk;
    talk.say(client,
             invite(sdp("10.0.1.2",
                        "m=audio 5000 RTP/AVP 0\r\nm=application 5100 udp x\r\nm=video 5002 RTP/AVP 31\r\n"
                        "m=audio 0 RTP/AVP 0\r\nm=image 5004 udptl t38\r\nc=IN IP4 10.0.1.2\r\n")));
    EXPECT_THAT(talk.expected(), ElementsAre(rtp, rtcp, "udp 192.0.2.2:* > 10.0.1.2:5002 class 2",
                                             "udp 192.0.2.2:* > 10.0.1.2:5003 class 2",
                                             "udp 192.0.2.2:* > 10.0.1.2:5004 class 3",
                                             "udp 192.0.2.2:* > 10.0.1.2:5005 class 3"));
}

TEST(Sip, AnotherInviteReplacesTheMedia) {
    Sip talk;
    talk.say(client, invite(sdp("10.0.1.2", voice)));
    talk.say(client, invite(sdp("10.0.1.2", "m=audio 7000 RTP/AVP 0\r\n"), 2));
    EXPECT_THAT(talk.expected(), ElementsAre("udp 192.0.2.2:* > 10.0.1.2:7000 class 1",
                                             "udp 192.0.2.2:* > 10.0.1.2:7001 class 1"));
}

TEST(Sip, ForgetsTheMediaOfACallThatEnds) {
    for (const std::string& end : {message("BYE sip:b@192.0.2.2 SIP/2.0", "CSeq: 2 BYE\r\n")}) {
        Sip talk;
        talk.say(client, invite(sdp("10.0.1.2", voice)));
        EXPECT_TRUE(talk.say(client, end));
        EXPECT_THAT(talk.expected(), IsEmpty());
    }
    Sip talk;
    talk.say(client, invite(sdp("10.0.1.2", voice)));
    talk.say(server, answer(486, "INVITE", "", 7));
    EXPECT_THAT(talk.expected(), ElementsAre(rtp, rtcp)) << "of another call";
    talk.say(server, answer(486, "INVITE", "", 1));
    EXPECT_THAT(talk.expected(), IsEmpty());
}

TEST(Sip, ExpectsNoMediaForAnother) {
    Sip talk;
    EXPECT_TRUE(talk.say(client, invite(sdp("10.0.1.3", voice))));
    EXPECT_THAT(talk.expected(), IsEmpty());
}

TEST(Sip, ReadsIpv6) {
    Sip talk(protocol::udp, Family::ipv6);
    talk.say(client, invite(sdp("2001:db8::1", voice, "IP6")));
    EXPECT_THAT(talk.expected(), ElementsAre("udp 2001:db8::2:* > 2001:db8::1:5000 class 1",
                                             "udp 2001:db8::2:* > 2001:db8::1:5001 class 1"));
}

TEST(Sip, RefusesWhatItCantRead) {
    const std::pair<const char*, std::string> cases[] = {
        {"a port of services", invite(sdp("10.0.1.2", "m=audio 80 RTP/AVP 0\r\n"))},
        {"no port", invite(sdp("10.0.1.2", "m=audio 70000 RTP/AVP 0\r\n"))},
        {"no address", invite("v=0\r\nm=audio 5000 RTP/AVP 0\r\n")},
        {"no sequence", message("INVITE sip:b@192.0.2.2 SIP/2.0", "")},
        {"no code", message("SIP/2.0 xyz Words", "CSeq: 1 INVITE\r\n")},
    };
    for (const auto& [name, text] : cases) {
        SCOPED_TRACE(name);
        Sip talk;
        EXPECT_FALSE(talk.say(client, text));
        EXPECT_EQ(talk.why.reason, Reason::helper_malformed);
        EXPECT_THAT(talk.expected(), IsEmpty());
    }
}

std::string registration(std::string_view contact, std::string_view fields = "Expires: 600\r\n") {
    return message("REGISTER sip:192.0.2.2 SIP/2.0",
                   fmt::format("CSeq: 5 REGISTER\r\nContact: {}\r\n{}", contact, fields));
}

TEST(Sip, ExpectsCallsOnceTheRegistrarAgrees) {
    Sip talk;
    talk.say(client, registration("<sip:a@10.0.1.2:5070>"));
    EXPECT_THAT(talk.expected(), ElementsAre("udp 192.0.2.2:* > 10.0.1.2:5070 permanent inactive"));
    talk.say(server, answer(100, "REGISTER", "", 5));
    talk.say(server, answer(200, "REGISTER", "", 4, "Contact: <sip:a@10.0.1.2:5070>;expires=600\r\n"));
    EXPECT_THAT(talk.expected(), ElementsAre("udp 192.0.2.2:* > 10.0.1.2:5070 permanent inactive"));
    talk.say(server,
             answer(200, "REGISTER", "", 5,
                    "Contact: <sip:a@10.0.1.2:5080>;expires=10, <sip:a@10.0.1.2:5070>;expires=600\r\n"));
    EXPECT_THAT(talk.expected(), ElementsAre("udp 192.0.2.2:* > 10.0.1.2:5070 permanent"));
}

TEST(Sip, ARegistrationThatIsRefusedOrEndedLeavesNothing) {
    for (const std::string& end :
         {answer(403, "REGISTER", "", 5), answer(200, "REGISTER", "", 5),
          answer(200, "REGISTER", "", 5, "Contact: <sip:a@10.0.1.2:5070>;expires=0\r\n")}) {
        Sip talk;
        talk.say(client, registration("<sip:a@10.0.1.2:5070>"));
        talk.say(server, end);
        EXPECT_THAT(talk.expected(), IsEmpty());
    }
}

TEST(Sip, RegistersNobodyElse) {
    for (const std::string& text :
         {registration("<sip:a@10.0.1.3:5070>"), registration("<sip:a@10.0.1.2:5070>", ""),
          registration("<sip:a@10.0.1.2:5070>;expires=0"),
          registration("<sip:a@10.0.1.2:5070;transport=tcp>"), registration("<sip:a@host.example>")}) {
        SCOPED_TRACE(text);
        Sip talk;
        EXPECT_TRUE(talk.say(client, text));
        EXPECT_THAT(talk.expected(), IsEmpty());
    }
}

TEST(Sip, ReadsAStreamCutAnywhere) {
    const std::string text = "\r\n\r\n" + invite(sdp("10.0.1.2", voice)) +
                             message("OPTIONS sip:b@192.0.2.2 SIP/2.0", "CSeq: 2 OPTIONS\r\n");
    for (std::size_t cut = 1; cut < text.size(); ++cut) {
        SCOPED_TRACE(cut);
        Sip talk(protocol::tcp);
        EXPECT_TRUE(talk.say(client, text.substr(0, cut)));
        EXPECT_TRUE(talk.say(client, text.substr(cut)));
        EXPECT_THAT(talk.expected(), ElementsAre(rtp, rtcp));
        EXPECT_EQ(talk.helpers.streams().in_use(), 0u);
    }
}

// A page makes a browser send a body in which, at the right place, a registration stands ("NAT
// slipstreaming").
TEST(Sip, ReadsNoBrowsersRequest) {
    Sip talk(protocol::tcp);
    talk.say(client, "POST / HTTP/1.1\r\nContent-Length: 5000\r\n\r\n" + std::string(1000, 'a'));
    talk.say(client, registration("<sip:a@10.0.1.2:5070>"));
    EXPECT_THAT(talk.expected(), IsEmpty());
    EXPECT_EQ(talk.helpers.statistics().given_up, 1u);
}

TEST(Sip, MentionsWhatMustBeTranslated) {
    Sip talk;
    talk.say(client, message("OPTIONS sip:b@192.0.2.2 SIP/2.0", "CSeq: 1 OPTIONS\r\n"));
    talk.translate();
    const std::string text = invite(sdp("10.0.1.2", voice), 2);
    talk.reader.mentions.clear();
    talk.say(client, text);
    std::vector<std::string> all;
    for (const Mention& m : talk.reader.mentions) {
        all.push_back(
            fmt::format("{} {}", static_cast<int>(m.denotes), text.substr(m.span.at, m.span.length)));
    }
    EXPECT_THAT(all, ElementsAre("0 5000", "0 10.0.1.2", "0 10.0.1.2", "3 85", "1 192.0.2.2",
                                 "1 10.0.1.2:5060", "1 10.0.1.2:5060", "1 10.0.1.2", "1 192.0.2.2"));
}

}  // namespace
}  // namespace gatehouse::helper
